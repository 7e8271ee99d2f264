package shop;

import io.github.carouselml.spec.CarouselException;

/// A project without modules: every jar on the class path.
public final class Orders {
  private Orders() {}

  public static void main(String[] args) {
    // prints: from the unnamed module
    System.out.println("from the " + kind(Orders.class.getModule()));
    // prints: Carousel is in the unnamed module
    System.out.println("Carousel is in the " + kind(CarouselException.class.getModule()));
  }

  private static String kind(Module module) {
    return module.isNamed() ? "module " + module.getName() : "unnamed module";
  }
}
