import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Runs every model in a folder, none of which has inputs, and writes its outputs beside it as
/// plain big-endian floats. See onnx_goldens.py.
public final class RunOnnxRuntime {
  private RunOnnxRuntime() {}

  public static void main(String[] arguments) throws IOException, OrtException {
    List<Path> models;
    try (var files = Files.list(Path.of(arguments[0]))) {
      models = files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    System.out.println("ONNX Runtime " + environment.getVersion());
    for (Path model : models) {
      try (var options = new OrtSession.SessionOptions()) {
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
        try (var session = environment.createSession(model.toString(), options);
            var results = session.run(Map.of())) {
          String name = model.getFileName().toString().replace(".onnx", "");
          for (var result : results) {
            FloatBuffer values = ((OnnxTensor) result.getValue()).getFloatBuffer();
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.remaining());
            bytes.asFloatBuffer().put(values);
            Files.write(model.resolveSibling(name + "." + result.getKey()), bytes.array());
          }
        }
      }
    }
  }
}
