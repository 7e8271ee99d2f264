package io.github.carouselml.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What one run of the speed comparison was asked for.
///
/// @param points empty stands for those of the mode
/// @param out where the result file goes
/// @param table a result file to print as a table instead of measuring
record Options(
    List<Point> points,
    List<Mode> modes,
    List<Integer> threads,
    List<Entrant> contenders,
    int pairs,
    Duration budget,
    Duration warmUp,
    Duration sample,
    boolean quick,
    boolean json,
    List<Path> out,
    List<Path> table) {

  static final String USAGE =
      """
      benchmarks/speed [options]: Carousel and the native libraries side by side, in alternation.
        --points P P ...    sizes B,I,H or B,I,H,layers, separated by spaces in one argument
        --mode M,M          inference, training, streaming (default: all)
        --threads N,N       thread counts (default: 2)
        --peers P,P         pytorch, onnxruntime, onednn (default), tensorflow, dl4j, none
        --no-carousel       only the peers
        --pairs N           paired samples of each contender at each point (default: 20)
        --quick             a few points and pairs, within three minutes
        --json              prints the result as one object on the last line
        --out FILE          the result file (default: benchmarks/results/DATE.json; not with --quick)
        --table FILE        prints the table of a result file and measures nothing
        --build             builds the contenders again
      """;

  private static final String ALL_POINTS =
      "1,32,32 1,64,128 1,256,256 1,512,1024 16,64,128 128,64,64 32,128,256 64,256,512"
          + " 64,512,1024 32,128,256,2";
  private static final String STREAMING_POINTS = "1,32,32 1,128,128 1,256,256 1,512,512";
  private static final String QUICK_POINTS = "1,32,32 1,64,128 16,64,128 32,128,256";

  static Options parse(String[] args) {
    boolean quick = Arrays.asList(args).contains("--quick");
    String points = "";
    String modes = "inference,training,streaming";
    String threads = "2";
    String peers = "pytorch,onnxruntime,onednn";
    boolean carousel = true;
    boolean json = false;
    int pairs = quick ? 7 : 20;
    List<Path> out = new ArrayList<>();
    List<Path> table = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick", "--build" -> {}
        case "--json" -> json = true;
        case "--no-carousel" -> carousel = false;
        case "--points" -> points = value(args, ++i);
        case "--mode" -> modes = value(args, ++i);
        case "--threads" -> threads = value(args, ++i);
        case "--peers" -> peers = value(args, ++i);
        case "--pairs" -> pairs = Integer.parseInt(value(args, ++i));
        case "--out" -> out.add(Path.of(value(args, ++i)));
        case "--table" -> table.add(Path.of(value(args, ++i)));
        default ->
            throw new IllegalArgumentException(
                "The option '" + args[i] + "' is unknown.\n" + USAGE);
      }
    }
    if (pairs < 1) {
      throw new IllegalArgumentException("--pairs must be at least 1, but is " + pairs + ".");
    }
    List<Entrant> contenders = new ArrayList<>();
    if (carousel) {
      contenders.add(Entrant.CAROUSEL);
    }
    if (!peers.equals("none")) {
      Arrays.stream(peers.split(",", -1)).map(Entrant::of).forEach(contenders::add);
    }
    List<Mode> asked = Arrays.stream(modes.split(",", -1)).map(Mode::of).toList();
    return new Options(
        points.isBlank() ? List.of() : read(points),
        asked,
        Arrays.stream(threads.split(",", -1)).map(Integer::valueOf).toList(),
        List.copyOf(contenders),
        pairs,
        quick ? Duration.ofSeconds(150) : Duration.ofDays(1),
        quick ? Duration.ofMillis(1200) : Duration.ofSeconds(3),
        quick ? Duration.ofMillis(15) : Duration.ofMillis(40),
        quick,
        json,
        List.copyOf(out),
        List.copyOf(table));
  }

  /// The chosen points; in streaming, which runs one sequence, those of batch 1. Without a choice,
  /// streaming has sizes of its own.
  List<Point> points(Mode mode) {
    if (points.isEmpty()) {
      return read(mode == Mode.STREAMING ? STREAMING_POINTS : quick ? QUICK_POINTS : ALL_POINTS);
    }
    return mode == Mode.STREAMING
        ? points.stream().filter(point -> point.batch() == 1).toList()
        : points;
  }

  private static List<Point> read(String points) {
    return Arrays.stream(points.strip().split(" +", -1)).map(Point::of).toList();
  }

  private static String value(String[] args, int at) {
    if (at >= args.length) {
      throw new IllegalArgumentException("The option '" + args[at - 1] + "' needs a value.");
    }
    return args[at];
  }
}
