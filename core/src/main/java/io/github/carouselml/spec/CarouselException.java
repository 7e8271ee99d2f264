package io.github.carouselml.spec;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What can go wrong, as a closed set. Every message is a sentence that says what failed, what was expected against what
/// was found, where, and the likely cause. Reading and writing files throws [java.io.IOException] instead.
public abstract sealed class CarouselException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private CarouselException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// The sentence; never null.
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /// The request itself is wrong: an option, a size, a combination that cannot be.
  public static final class Request extends CarouselException {
    private static final long serialVersionUID = 1L;

    public Request(String message) {
      super(message, null);
    }

    public Request(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The data is wrong: a series, a row, a value.
  public static final class Data extends CarouselException {
    private static final long serialVersionUID = 1L;

    public Data(String message) {
      super(message, null);
    }

    public Data(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// A file of ours (a model, a checkpoint, a configuration) is not what it should be.
  public static final class BadFile extends CarouselException {
    private static final long serialVersionUID = 1L;

    public BadFile(String message) {
      super(message, null);
    }

    public BadFile(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The numbers went wrong while working: a loss that is NaN or infinite.
  public static final class Numeric extends CarouselException {
    private static final long serialVersionUID = 1L;

    public Numeric(String message) {
      super(message, null);
    }
  }
}
