/// Knows the kernel interface and how to carry it out with the JDK's vectors, bit for bit like the plain loops.
/// Must not know cells' specs, tensors or anything above; nothing else imports the incubating module.
@NullMarked
package io.github.carouselml.simd;

import org.jspecify.annotations.NullMarked;
