package io.narthex.query.promql.oracle;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.oracle.Oracle.Element;
import io.narthex.query.promql.oracle.Oracle.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Operators with a vector on one side or on both. */
final class OracleOperators {
  private final Oracle oracle;

  OracleOperators(Oracle oracle) {
    this.oracle = oracle;
  }

  static double arithmetic(BinaryOp op, double a, double b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MOD -> a % b;
      case ATAN2 -> Math.atan2(a, b);
      case POW -> a == 1 || (a == -1 && Double.isInfinite(b)) ? 1 : Math.pow(a, b);
      default -> throw new IllegalStateException("no arithmetic: " + op);
    };
  }

  static boolean compare(BinaryOp op, double a, double b) {
    return switch (op) {
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
      default -> throw new IllegalStateException("no comparison: " + op);
    };
  }

  List<Element> evaluate(Expr.Binary node, long time) {
    boolean scalarLeft = node.left().type() == ValueType.SCALAR;
    if (scalarLeft || node.right().type() == ValueType.SCALAR) {
      return withScalar(node, scalarLeft, time);
    }
    List<Element> left = oracle.vector(node.left(), time);
    List<Element> right = oracle.vector(node.right(), time);
    VectorMatching matching = Objects.requireNonNull(node.matching());
    if (node.op().isSet()) {
      return set(node.op(), matching, left, right);
    }
    return matching.cardinality() == VectorMatching.Cardinality.ONE_TO_MANY
        ? join(node, matching, right, left, true)
        : join(node, matching, left, right, false);
  }

  private List<Element> withScalar(Expr.Binary node, boolean scalarLeft, long time) {
    double scalar = oracle.scalar(scalarLeft ? node.left() : node.right(), time);
    var result = new ArrayList<Element>();
    for (Element element : oracle.vector(scalarLeft ? node.right() : node.left(), time)) {
      double a = scalarLeft ? scalar : element.value();
      double b = scalarLeft ? element.value() : scalar;
      if (!node.op().isComparison()) {
        double value = arithmetic(node.op(), a, b);
        result.add(new Element(Oracle.unnamed(element.labels()), value));
      } else if (node.returnBool()) {
        double value = compare(node.op(), a, b) ? 1 : 0;
        result.add(new Element(Oracle.unnamed(element.labels()), value));
      } else if (compare(node.op(), a, b)) {
        result.add(element);
      }
    }
    return result;
  }

  private static Labels signature(VectorMatching matching, Labels labels) {
    return matching.on()
        ? labels.filter(matching.labels()::contains)
        : Oracle.unnamed(labels).without(matching.labels());
  }

  private static List<Element> set(
      BinaryOp op, VectorMatching matching, List<Element> left, List<Element> right) {
    Set<Labels> of = new HashSet<>();
    List<Element> deciding = op == BinaryOp.OR ? left : right;
    deciding.forEach(element -> of.add(signature(matching, element.labels())));
    var result = new ArrayList<Element>();
    if (op == BinaryOp.OR) {
      result.addAll(left);
    }
    for (Element element : op == BinaryOp.OR ? right : left) {
      if (of.contains(signature(matching, element.labels())) == (op == BinaryOp.AND)) {
        result.add(element);
      }
    }
    return result;
  }

  private static List<Element> join(
      Expr.Binary node,
      VectorMatching matching,
      List<Element> many,
      List<Element> one,
      boolean swapped) {
    if (many.isEmpty() || one.isEmpty()) {
      return List.of();
    }
    Map<Labels, Element> partners = new HashMap<>();
    for (Element element : one) {
      if (partners.put(signature(matching, element.labels()), element) != null) {
        throw new Refused("several elements on the one side");
      }
    }
    boolean oneToOne = matching.cardinality() == VectorMatching.Cardinality.ONE_TO_ONE;
    Set<Labels> matched = new HashSet<>();
    var result = new ArrayList<Element>();
    for (Element element : many) {
      Labels signature = signature(matching, element.labels());
      Element partner = partners.get(signature);
      if (partner == null) {
        continue;
      }
      if (oneToOne && !matched.add(signature)) {
        throw new Refused("several elements on both sides");
      }
      double a = swapped ? partner.value() : element.value();
      double b = swapped ? element.value() : partner.value();
      double value;
      if (!node.op().isComparison()) {
        value = arithmetic(node.op(), a, b);
      } else if (node.returnBool()) {
        value = compare(node.op(), a, b) ? 1 : 0;
      } else if (compare(node.op(), a, b)) {
        value = a;
      } else {
        continue;
      }
      Labels labels = labels(node, matching, element.labels(), partner.labels(), oneToOne);
      result.add(new Element(labels, value));
    }
    return result;
  }

  private static Labels labels(
      Expr.Binary node, VectorMatching matching, Labels many, Labels one, boolean oneToOne) {
    boolean dropsName = !node.op().isComparison() || node.returnBool();
    Labels labels = dropsName ? Oracle.unnamed(many) : many;
    if (oneToOne) {
      return matching.on()
          ? labels.filter(matching.labels()::contains)
          : labels.without(matching.labels());
    }
    var builder = labels.toBuilder();
    for (String name : matching.include()) {
      if (one.has(name)) {
        builder.set(name, one.get(name));
      } else {
        builder.remove(name);
      }
    }
    return builder.build();
  }
}
