import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tasks.forecast.Forecaster;
import io.github.carouselml.tasks.series.Series;

/// One exception type for everything that can go wrong, an exhaustive switch over what it was, and
/// a sentence that says what to do.
void main() throws Exception {
  // prints: the request: The hidden size must be 1 or more, not 0.
  tell(() -> new CellSpec.Lstm(0));

  Path folder = Files.createTempDirectory("refusal");
  Path csv = folder.resolve("orders.csv");
  Files.writeString(csv, "ds,y\n2026-01,12\n2026-02,many\n");
  // prints: orders.csv, line 3, column 'y': 'many' is not a number.
  tell(() -> Series.csv(csv));

  Path model = folder.resolve("model.safetensors");
  Files.writeString(model, "no model at all");
  // prints: model.safetensors: its header
  tell(() -> Forecaster.load(model));
}

void tell(Callable<?> attempt) throws Exception {
  try {
    attempt.call();
  } catch (CarouselException e) {
    switch (e) {
      case CarouselException.Request r -> IO.println("the request: " + r.getMessage());
      case CarouselException.Data d -> IO.println("the data: " + d.getMessage());
      case CarouselException.BadFile f -> IO.println("the file: " + f.getMessage());
      case CarouselException.Numeric n -> IO.println("the numbers: " + n.getMessage());
    }
  }
}
