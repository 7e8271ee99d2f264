/// How the operations of a backend run on this machine's cores: which kernel, over which range, on
/// which thread. It must not know gradients, layers or what a number stands for.
@NullMarked
package io.github.carouselml.cpu;

import org.jspecify.annotations.NullMarked;
