package io.narthex.jobs.client;

import java.util.Locale;

/**
 * A canvas of dots, several of which share a character; each character has the colour of what was
 * drawn there last. Dots are counted from the upper left corner.
 */
final class DotCanvas {
  /** Which characters show the dots. */
  enum Style {
    /** Two columns and four rows of dots in each character (Unicode's Braille patterns). */
    BRAILLE(2, 4),
    /** Two columns and two rows, for fonts without Braille. */
    BLOCKS(2, 2),
    /** A star for each dot, where there is nothing but ASCII. */
    ASCII(1, 1);

    private final int columns;
    private final int rows;

    Style(int columns, int rows) {
      this.columns = columns;
      this.rows = rows;
    }

    static Style of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  static final int NO_COLOR = -1;

  /** The quarters of a character, by bits: upper left, upper right, lower left, lower right. */
  private static final String QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█";

  /** Bits of a Braille pattern by row and column. */
  private static final int[][] BRAILLE = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

  private final Style style;
  private final int columns;
  private final int rows;
  private final int[] bits;
  private final int[] colors;

  /** A canvas of so many characters. */
  DotCanvas(Style style, int columns, int rows) {
    this.style = style;
    this.columns = columns;
    this.rows = rows;
    bits = new int[columns * rows];
    colors = new int[columns * rows];
  }

  /** Characters from left to right. */
  int columns() {
    return columns;
  }

  /** Characters from top to bottom. */
  int rows() {
    return rows;
  }

  /** Dots from left to right. */
  int width() {
    return columns * style.columns;
  }

  /** Dots from top to bottom. */
  int height() {
    return rows * style.rows;
  }

  void dot(int x, int y, int color) {
    if (x < 0 || y < 0 || x >= width() || y >= height()) {
      return;
    }
    int cell = y / style.rows * columns + x / style.columns;
    int column = x % style.columns;
    int row = y % style.rows;
    bits[cell] |= style == Style.BRAILLE ? BRAILLE[row][column] : 1 << (row * 2 + column);
    colors[cell] = color;
  }

  /** A straight line (Bresenham). */
  void line(int fromX, int fromY, int toX, int toY, int color) {
    int dx = Math.abs(toX - fromX);
    int dy = -Math.abs(toY - fromY);
    int x = fromX;
    int y = fromY;
    int error = dx + dy;
    while (true) {
      dot(x, y, color);
      if (x == toX && y == toY) {
        return;
      }
      int twice = 2 * error;
      if (twice >= dy) {
        error += dy;
        x += Integer.signum(toX - fromX);
      }
      if (twice <= dx) {
        error += dx;
        y += Integer.signum(toY - fromY);
      }
    }
  }

  boolean isEmpty(int column, int row) {
    return bits[row * columns + column] == 0;
  }

  int color(int column, int row) {
    return isEmpty(column, row) ? NO_COLOR : colors[row * columns + column];
  }

  char character(int column, int row) {
    int pattern = bits[row * columns + column];
    return switch (style) {
      case BRAILLE -> pattern == 0 ? ' ' : (char) (0x2800 + pattern);
      case BLOCKS -> QUARTERS.charAt(pattern);
      case ASCII -> pattern == 0 ? ' ' : '*';
    };
  }
}
