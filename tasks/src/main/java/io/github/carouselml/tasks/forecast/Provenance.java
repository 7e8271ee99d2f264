package io.github.carouselml.tasks.forecast;

import io.github.carouselml.model.Json;
import io.github.carouselml.tasks.series.Attribute;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.train.EpochResult;
import io.github.carouselml.train.TrainResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// How a model came about, as its file keeps it. Nothing in it depends on when or how fast, so that
/// the same run gives the same file.
final class Provenance {
  private Provenance() {}

  /// The SHA-256 of names, time stamps, values, covariates and attributes.
  static String digest(SeriesSet data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Series series : data) {
        text(digest, series.id());
        text(digest, series.time().label(0));
        ByteBuffer values =
            ByteBuffer.allocate(8 * series.length() * (1 + series.columns().size()));
        for (int t = 0; t < series.length(); t++) {
          values.putDouble(series.value(t));
          for (int c = 0; c < series.columns().size(); c++) {
            values.putDouble(series.covariate(c, t));
          }
        }
        digest.update(values.flip());
        for (Attribute attribute : series.attributes()) {
          text(digest, attribute.name());
          text(digest, attribute.value());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }

  private static void text(MessageDigest digest, String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// What was trained on what, and how the training ended.
  static Json.Obj of(Json.Obj subject, int windows, int validationWindows, TrainResult result) {
    Json.Obj provenance =
        Json.object()
            .with("data", subject.get("data").orElseThrow())
            .with("windows", windows)
            .with("validation_windows", validationWindows)
            .with("steps", result.steps())
            .with("epochs", result.epochs().size());
    if (result.bestEpoch().isPresent()) {
      provenance = provenance.with("best_epoch", result.bestEpoch().getAsInt());
    }
    if (!result.epochs().isEmpty()) {
      int kept = result.bestEpoch().orElse(result.epochs().size());
      EpochResult epoch = result.epochs().get(kept - 1);
      provenance = provenance.with("loss", epoch.loss());
      if (epoch.validationLoss().isPresent()) {
        provenance = provenance.with("validation_loss", epoch.validationLoss().get());
      }
    }
    return provenance;
  }
}
