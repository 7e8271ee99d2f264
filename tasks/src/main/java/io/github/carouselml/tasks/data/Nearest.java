package io.github.carouselml.tasks.data;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// The name that was probably meant: the candidate with the fewest edits, upper and lower case
/// apart.
public final class Nearest {
  private Nearest() {}

  /// The nearest of `candidates`, the first of equals; empty when none is within a third of its
  /// length (at least 1 edit).
  public static Optional<String> to(String wanted, Collection<String> candidates) {
    String best = null;
    int fewest = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int edits = distance(fold(wanted), fold(candidate));
      int allowed = Math.max(1, Math.max(wanted.length(), candidate.length()) / 3);
      boolean shareNothing = edits >= Math.max(wanted.length(), candidate.length());
      if (edits <= allowed && edits < fewest && !shareNothing) {
        best = candidate;
        fewest = edits;
      }
    }
    return Optional.ofNullable(best);
  }

  private static String fold(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }

  /// Insertions, deletions, replacements and swaps of neighbours (Damerau 1964, each letter edited
  /// once).
  static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[a.length()][b.length()];
  }
}
