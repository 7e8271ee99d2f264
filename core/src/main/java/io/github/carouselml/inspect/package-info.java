/// What can be seen of a network and proven about it: how far its gradients reach, gradient checks,
/// parity with the reference, and the contract on bits. It must not know user interfaces.
@NullMarked
package io.github.carouselml.inspect;

import org.jspecify.annotations.NullMarked;
