package io.narthex.jobs.client;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The axis of values: from a round number to a round number, with marks at multiples of 1, 2 or 5
 * times a power of ten.
 */
record ValueAxis(double low, double high, double step) {
  private static final String[] SUFFIXES = {"n", "µ", "m", "", "k", "M", "G", "T"};

  /** The axis that holds these values with about so many marks. */
  static ValueAxis of(double low, double high, int marks) {
    double from = low;
    double to = high;
    if (from == to) {
      double room = from == 0 ? 1 : Math.abs(from) * 0.1;
      from -= room;
      to += room;
    }
    double step = roundStep((to / marks - from / marks));
    return new ValueAxis(Math.floor(from / step) * step, Math.ceil(to / step) * step, step);
  }

  private static double roundStep(double wanted) {
    double power = Math.pow(10, Math.floor(Math.log10(wanted)));
    double digit = wanted / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }

  /** Where a value lies: 0 at the lower end, 1 at the upper one. */
  double share(double value) {
    return (value - low) / (high - low);
  }

  List<Double> ticks() {
    var ticks = new ArrayList<Double>();
    int count = (int) Math.round((high - low) / step);
    for (int i = 0; i <= count; i++) {
      ticks.add(low + i * step);
    }
    return ticks;
  }

  int labelWidth() {
    return ticks().stream().mapToInt(tick -> label(tick).length()).max().orElse(0);
  }

  /** A mark's text, exact enough to tell it from its neighbours. */
  String label(double tick) {
    double largest = Math.max(Math.abs(low), Math.abs(high));
    if (largest >= 1e15 || largest < 1e-9) {
      int digits = (int) Math.ceil(Math.log10(largest / step));
      return tick == 0 ? "0" : String.format(Locale.ROOT, "%." + Math.min(16, digits) + "e", tick);
    }
    int scale = scaleOf(largest);
    double unit = Math.pow(1000, scale - 3.0);
    int decimals = (int) Math.max(0, Math.min(9, -Math.floor(Math.log10(step / unit * 1.0001))));
    String text = String.format(Locale.ROOT, "%." + decimals + "f", tick / unit);
    boolean zero = text.matches("-?0(\\.0+)?");
    return zero ? "0" : text + SUFFIXES[scale];
  }

  private static int scaleOf(double largest) {
    if (largest == 0) {
      return 3;
    }
    int power = (int) Math.floor(Math.log10(largest) / 3 + 1e-9);
    return Math.max(0, Math.min(SUFFIXES.length - 1, power + 3));
  }

  /** A value in a few digits: 12.3k. */
  static String compact(String value) {
    if (!value.matches("-?[0-9].*")) {
      return value;
    }
    double number = Double.parseDouble(value);
    int scale = scaleOf(Math.abs(number));
    if (number == 0 || !Double.isFinite(number)) {
      return value;
    }
    double scaled = number / Math.pow(1000, scale - 3.0);
    if (Math.abs(scaled) >= 100_000 || Math.abs(scaled) < 0.001) {
      return String.format(Locale.ROOT, "%.3g", number);
    }
    var text = new BigDecimal(String.format(Locale.ROOT, "%.3f", scaled)).stripTrailingZeros();
    return text.toPlainString() + SUFFIXES[scale];
  }
}
