package io.narthex.query.promql.print;

import io.narthex.pipeline.model.Names;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes lists of label names and the modifiers made of them. */
final class LabelLists {
  private LabelLists() {}

  /** Names with commas between them, quoted where they need it. */
  static StringBuilder append(StringBuilder out, List<String> names) {
    String separator = "";
    for (String name : names) {
      out.append(separator);
      separator = ", ";
      if (Names.isLegacyLabelName(name)) {
        out.append(name);
      } else {
        Names.quote(out, name);
      }
    }
    return out;
  }

  /** What stands behind a binary operator; nothing where it is the default. */
  static void append(StringBuilder out, VectorMatching matching) {
    Cardinality cardinality = matching.cardinality();
    boolean grouped =
        cardinality == Cardinality.MANY_TO_ONE || cardinality == Cardinality.ONE_TO_MANY;
    if (matching.on() || grouped || !matching.labels().isEmpty()) {
      append(out.append(matching.on() ? " on (" : " ignoring ("), matching.labels()).append(')');
    }
    if (grouped) {
      out.append(cardinality == Cardinality.MANY_TO_ONE ? " group_left (" : " group_right (");
      append(out, matching.include()).append(')');
    }
    Double left = matching.fillLeft();
    Double right = matching.fillRight();
    if (left != null && left.equals(right)) {
      fill(out, " fill (", left);
    } else {
      fill(out, " fill_left (", left);
      fill(out, " fill_right (", right);
    }
  }

  private static void fill(StringBuilder out, String head, @Nullable Double value) {
    if (value != null) {
      ExprPrinter.appendNumber(out.append(head), value, false).append(')');
    }
  }
}
