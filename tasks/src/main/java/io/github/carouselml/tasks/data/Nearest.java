package io.github.carouselml.tasks.data;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// The name that was probably meant: the candidate with the fewest edits, upper and lower case apart.
public final class Nearest {
  private Nearest() {}

  /// The nearest of `candidates`, the first of equals; empty when none is within a third of its length (at least 1 edit).
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

  /// Levenshtein's distance: insertions, deletions and replacements.
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
