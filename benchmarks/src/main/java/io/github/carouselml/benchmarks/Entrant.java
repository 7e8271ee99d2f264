package io.github.carouselml.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Who can take part, and how its process is started.
enum Entrant {
  CAROUSEL("carousel", "CarouselContender"),
  PYTORCH("pytorch", "pytorch.PyTorchContender"),
  ONNXRUNTIME("onnxruntime", "onnxruntime.OnnxRuntimeContender"),
  ONEDNN("onednn", "onednn.OneDnnContender"),
  TENSORFLOW("tensorflow", "tensorflow.TensorFlowContender"),
  DL4J("dl4j", "dl4j.Dl4jContender");

  private final String id;
  private final String className;

  Entrant(String id, String className) {
    this.id = id;
    this.className = Entrant.class.getPackageName() + "." + className;
  }

  static Entrant of(String id) {
    for (Entrant entrant : values()) {
      if (entrant.id.equals(id)) {
        return entrant;
      }
    }
    throw new IllegalArgumentException(
        "The contender '"
            + id
            + "' is unknown: expected carousel, pytorch, onnxruntime, onednn, tensorflow or dl4j.");
  }

  String id() {
    return id;
  }

  String className() {
    return className;
  }

  List<String> jvmOptions() {
    return this == CAROUSEL ? List.of("--add-modules", "jdk.incubator.vector") : List.of();
  }

  /// Thread counts of the OpenMP runtimes are read when their library is loaded.
  Map<String, String> environment(int threads) {
    String count = Integer.toString(threads);
    return Map.of(
        "OMP_NUM_THREADS", count,
        "MKL_NUM_THREADS", count,
        "TF_CPP_MIN_LOG_LEVEL", "2",
        "DJL_OFFLINE", "true",
        "OPT_OUT_TRACKING", "true");
  }

  /// The class path of its process, empty when the contender has not been built.
  ///
  /// @param root the repository
  String classPath(Path root) throws IOException {
    if (this == CAROUSEL) {
      return System.getProperty("java.class.path");
    }
    Path target = root.resolve("benchmarks/peers/" + id + "/target");
    Path list = target.resolve("classpath.txt");
    return Files.exists(list)
        ? target.resolve("classes") + ":" + Files.readString(list).strip()
        : "";
  }
}
