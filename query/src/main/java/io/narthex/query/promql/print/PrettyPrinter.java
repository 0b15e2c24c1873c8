package io.narthex.query.promql.print;

import io.narthex.query.promql.ast.Expr;

/**
 * Lays a query out in lines as Prometheus does: what is too long for a line is split, its parts
 * indented by two spaces.
 */
public final class PrettyPrinter {
  /** The width that the HTTP API uses, in bytes; indentation does not count. */
  public static final int WIDTH = 100;

  private static final String INDENT = "  ";

  private final int width;
  private final StringBuilder out = new StringBuilder();

  private PrettyPrinter(int width) {
    this.width = width;
  }

  /** The expression in lines of the usual width. */
  public static String print(Expr expr) {
    return print(expr, WIDTH);
  }

  /** The expression in lines; a part up to {@code width} bytes long is not split. */
  public static String print(Expr expr, int width) {
    var printer = new PrettyPrinter(width);
    printer.write(expr, 0, false);
    return printer.out.toString();
  }

  private void write(Expr expr, int level, boolean offsetMustEnd) {
    expr.accept(new Lines(level, offsetMustEnd));
  }

  private StringBuilder indent(int level) {
    return out.append(INDENT.repeat(level));
  }

  /** Writes one node with its children, beginning at a level. */
  private final class Lines implements Expr.Visitor<Boolean> {
    private final int level;
    private final boolean offsetMustEnd;

    Lines(int level, boolean offsetMustEnd) {
      this.level = level;
      this.offsetMustEnd = offsetMustEnd;
    }

    private boolean whole(Expr node) {
      boolean fits = ExprPrinter.fits(node, width);
      if (fits) {
        leaf(node);
      }
      return fits;
    }

    private boolean leaf(Expr node) {
      indent(level).append(ExprPrinter.print(node, offsetMustEnd));
      return true;
    }

    @Override
    public Boolean number(Expr.NumberLiteral node) {
      return leaf(node);
    }

    @Override
    public Boolean string(Expr.StringLiteral node) {
      return leaf(node);
    }

    @Override
    public Boolean vectorSelector(Expr.VectorSelector node) {
      return leaf(node);
    }

    @Override
    public Boolean matrixSelector(Expr.MatrixSelector node) {
      return leaf(node);
    }

    @Override
    public Boolean subquery(Expr.Subquery node) {
      if (!whole(node)) {
        write(node.expr(), level, false);
        out.append(ExprPrinter.suffix(node, offsetMustEnd));
      }
      return true;
    }

    @Override
    public Boolean unary(Expr.Unary node) {
      int from = indent(level).length();
      write(node.expr(), level, offsetMustEnd);
      int to = from;
      while (out.charAt(to) == ' ') {
        to++;
      }
      out.replace(from, to, node.negative() ? "-" : "+");
      return true;
    }

    @Override
    public Boolean binary(Expr.Binary node) {
      if (!whole(node)) {
        write(node.left(), level + 1, DurationPrinter.knows(node.op()));
        out.append('\n');
        indent(level).append(ExprPrinter.operator(node)).append('\n');
        write(node.right(), level + 1, offsetMustEnd);
      }
      return true;
    }

    @Override
    public Boolean aggregate(Expr.Aggregate node) {
      if (!whole(node)) {
        indent(level).append(ExprPrinter.head(node)).append("(\n");
        Expr parameter = node.parameter();
        if (parameter != null) {
          write(parameter, level + 1, false);
          out.append(",\n");
        }
        write(node.expr(), level + 1, false);
        close();
      }
      return true;
    }

    @Override
    public Boolean call(Expr.Call node) {
      if (!whole(node)) {
        indent(level).append(node.function().name()).append("(\n");
        String separator = "";
        for (Expr argument : node.arguments()) {
          out.append(separator);
          write(argument, level + 1, false);
          separator = ",\n";
        }
        close();
      }
      return true;
    }

    @Override
    public Boolean paren(Expr.Paren node) {
      if (!whole(node)) {
        indent(level).append("(\n");
        write(node.expr(), level + 1, false);
        close();
      }
      return true;
    }

    @Override
    public Boolean stepInvariant(Expr.StepInvariant node) {
      write(node.expr(), level, offsetMustEnd);
      return true;
    }

    private void close() {
      out.append('\n');
      indent(level).append(')');
    }
  }
}
