package shop;

import io.github.carouselml.spec.CarouselException;

/// A project with modules: every jar on the module path.
public final class Orders {
  private Orders() {}

  public static void main(String[] args) {
    // prints: from the module shop
    System.out.println("from the " + kind(Orders.class.getModule()));
    // prints: Carousel is in the module io.github.carouselml.core
    System.out.println("Carousel is in the " + kind(CarouselException.class.getModule()));
  }

  private static String kind(Module module) {
    return module.isNamed() ? "module " + module.getName() : "unnamed module";
  }
}
