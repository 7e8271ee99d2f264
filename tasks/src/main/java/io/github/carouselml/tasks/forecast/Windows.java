package io.github.carouselml.tasks.forecast;

import io.github.carouselml.tasks.series.Series;
import java.util.List;

/// Windows in a fixed order, each made when it is asked for: overlapping contexts take no memory
/// until a batch needs them. The same index gives the same floats.
public final class Windows {
  private final WindowMaker maker;
  private final List<Place> places;
  private final boolean withTarget;

  /// A series and the index of the first step ahead.
  record Place(Series series, int origin) {}

  Windows(WindowMaker maker, List<Place> places, boolean withTarget) {
    this.maker = maker;
    this.places = List.copyOf(places);
    this.withTarget = withTarget;
  }

  public int size() {
    return places.size();
  }

  /// The window at `index`, from 0.
  public Window get(int index) {
    Place place = places.get(index);
    return maker.window(place.series(), place.origin(), withTarget);
  }

  /// How many past steps the window at `index` has.
  public int length(int index) {
    return Math.min(places.get(index).origin(), maker.options().context());
  }
}
