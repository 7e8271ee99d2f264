package io.github.carouselml.interop;

/// What PyTorch calls the weights of one layer of a recurrent module in one direction.
///
/// @param module the module's own name, empty where it is the whole file
record TorchNames(String module, int layer, boolean reverse) {
  String of(String what) {
    return inside(module, what + "_l" + layer + (reverse ? "_reverse" : ""));
  }

  String inputWeight() {
    return of("weight_ih");
  }

  String recurrentWeight() {
    return of("weight_hh");
  }

  String inputBias() {
    return of("bias_ih");
  }

  String recurrentBias() {
    return of("bias_hh");
  }

  String projection() {
    return of("weight_hr");
  }

  /// A tensor of a module.
  static String inside(String module, String tensor) {
    return module.isEmpty() ? tensor : module + "." + tensor;
  }

  /// What Carousel calls the same layer and direction in a stack of this name.
  String place(String stack) {
    return stack + "." + layer + (reverse ? ".backward." : ".forward.");
  }
}
