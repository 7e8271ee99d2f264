import io.github.carouselml.spec.CarouselException;

/// One exception type for everything that can go wrong, and an exhaustive switch over what it was.
void main() {
  try {
    throw new CarouselException.Request("The hidden size must be at least 1, but it is 0.");
  } catch (CarouselException e) {
    // prints: the request: The hidden size must be at least 1, but it is 0.
    IO.println(
        switch (e) {
              case CarouselException.Request _ -> "the request: ";
              case CarouselException.Data _ -> "the data: ";
              case CarouselException.BadFile _ -> "the file: ";
              case CarouselException.Numeric _ -> "the numbers: ";
            }
            + e.getMessage());
  }
}
