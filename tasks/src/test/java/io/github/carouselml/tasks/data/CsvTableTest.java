package io.github.carouselml.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTableTest {
  private static List<CsvTable.Row> rows(String text) {
    List<CsvTable.Row> rows = new ArrayList<>();
    CsvTable.of("f.csv", text, ',').forEach(rows::add);
    return rows;
  }

  @Test
  void rowsKnowTheirLines() {
    assertThat(rows("a,b\n1,2\n\n\"x\ny\",4\r\n5,6"))
        .containsExactly(
            new CsvTable.Row(2, List.of("1", "2")),
            new CsvTable.Row(4, List.of("x\ny", "4")),
            new CsvTable.Row(6, List.of("5", "6")));
  }

  @Test
  void aRowHasAsManyFieldsAsTheHeader() {
    assertThatThrownBy(() -> rows("a,b\n1,2\n1,2,3\n"))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith(
            "f.csv, line 3: 3 fields were found, but the header names 2 (a,b).");
    assertThatThrownBy(() -> rows("a,b\n1\n")).hasMessageStartingWith("f.csv, line 2: 1 fields");
  }

  @Test
  void aMissingColumnListsWhatIsThereAndTheNearest() {
    CsvTable table = CsvTable.of("f.csv", "date,vaule,shop\n", ',');

    assertThat(table.column("shop", "")).isEqualTo(2);
    assertThatThrownBy(() -> table.column("value", "Name it."))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage(
            "f.csv has no column 'value'; it has 'date', 'vaule' and 'shop'."
                + " Did you mean 'vaule'? Name it.");
  }

  @Test
  void suspectsAnotherSeparator() {
    assertThatThrownBy(() -> CsvTable.of("f.csv", "ds;y\n1;2\n", ',').column("ds", ""))
        .hasMessageContaining("separated by something else");
  }

  @Test
  void refusesTheSameNameTwice() {
    assertThatThrownBy(() -> CsvTable.of("f.csv", "a,b,a\n", ','))
        .hasMessageStartingWith("f.csv names the column 'a' twice");
  }

  @Test
  void refusesATableWithoutRows() {
    assertThatThrownBy(() -> rows("a,b\n"))
        .hasMessage("f.csv holds only a header (a,b) and no row.");
    assertThatThrownBy(() -> rows("\n\n")).hasMessage("f.csv is empty.");
  }
}
