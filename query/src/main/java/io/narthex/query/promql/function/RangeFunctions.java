package io.narthex.query.promql.function;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kernels of functions over range vectors by the names of the functions. */
public final class RangeFunctions {
  private static final Map<String, RangeKernel.Factory> KERNELS =
      Map.ofEntries(
          Map.entry("rate", call -> RateKernel.of(call, RateKernel.Kind.RATE)),
          Map.entry("increase", call -> RateKernel.of(call, RateKernel.Kind.INCREASE)),
          Map.entry("delta", call -> RateKernel.of(call, RateKernel.Kind.DELTA)),
          Map.entry("irate", call -> new InstantRateKernel(call, true)),
          Map.entry("idelta", call -> new InstantRateKernel(call, false)),
          Map.entry("sum_over_time", SumKernel::new),
          Map.entry("avg_over_time", AverageKernel::new),
          Map.entry("count_over_time", call -> PositionKernels.count()),
          Map.entry("present_over_time", call -> PositionKernels.present()),
          Map.entry("absent_over_time", call -> PositionKernels.present()),
          Map.entry("first_over_time", call -> PositionKernels.first()),
          Map.entry("last_over_time", call -> PositionKernels.last()),
          Map.entry("ts_of_first_over_time", call -> PositionKernels.firstTime()),
          Map.entry("ts_of_last_over_time", call -> PositionKernels.lastTime()),
          Map.entry("max_over_time", call -> new ExtremeKernel(call, true, false)),
          Map.entry("min_over_time", call -> new ExtremeKernel(call, false, false)),
          Map.entry("ts_of_max_over_time", call -> new ExtremeKernel(call, true, true)),
          Map.entry("ts_of_min_over_time", call -> new ExtremeKernel(call, false, true)),
          Map.entry("quantile_over_time", QuantileKernels::quantile),
          Map.entry("mad_over_time", QuantileKernels::medianDeviation),
          Map.entry("stddev_over_time", call -> new VarianceKernel(call, true)),
          Map.entry("stdvar_over_time", call -> new VarianceKernel(call, false)),
          Map.entry("deriv", RegressionKernels::derivative),
          Map.entry("predict_linear", RegressionKernels::prediction),
          Map.entry("double_exponential_smoothing", RegressionKernels::smoothing),
          Map.entry("changes", call -> new ChangeKernel(call, false)),
          Map.entry("resets", call -> new ChangeKernel(call, true)));

  private RangeFunctions() {}

  /** The factory of a function's kernels; null if it is no function over range vectors. */
  public static RangeKernel.@Nullable Factory find(String function) {
    return KERNELS.get(function);
  }
}
