package io.github.carouselml.spec;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// The known word nearest to a mistyped one, for messages that help. The distance counts
/// insertions, deletions, replacements and swaps of neighbours (optimal string alignment); case,
/// `-`, `_` and `.` do not count.
public final class Nearest {
  private Nearest() {}

  /// The nearest of the known words, if one is near enough to be meant: at most a third of the
  /// letters differ. Of equally near words the first is taken.
  public static Optional<String> of(String word, Collection<String> known) {
    String wanted = letters(word);
    Optional<String> nearest = Optional.empty();
    int best = Math.max(1, wanted.length() / 3) + 1;
    for (String candidate : known) {
      String letters = letters(candidate);
      // The difference in length is a lower bound; it keeps a word of a million letters cheap.
      if (Math.abs(letters.length() - wanted.length()) < best) {
        int distance = distance(wanted, letters);
        if (distance < best) {
          best = distance;
          nearest = Optional.of(candidate);
        }
      }
    }
    return nearest;
  }

  /// The end of a message about an unknown word: the nearest known one, or else all of them where
  /// they are few.
  public static String hint(String word, Collection<String> known) {
    if (known.isEmpty()) {
      return "None is known here.";
    }
    return of(word, known)
        .map(nearest -> "Did you mean '" + nearest + "'?")
        .orElseGet(() -> {
          String first = String.join(", ", known.stream().limit(12).toList());
          int more = known.size() - 12;
          return more <= 0
              ? "Known: " + first + "."
              : "Known: " + first + " and " + more + " more.";
        });
  }

  private static String letters(String word) {
    return word.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
  }

  private static int distance(String a, String b) {
    int[] twoAbove = new int[b.length() + 1];
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], twoAbove[j - 2] + 1);
        }
      }
      twoAbove = above;
      above = row;
    }
    return above[b.length()];
  }
}
