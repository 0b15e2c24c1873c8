package io.narthex.sources.scrape;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.ScrapeConfig;
import java.util.List;

/** Tells before a start which addresses of a job could not be scraped. */
public final class TargetCheck {
  private TargetCheck() {}

  /** The addresses that make no target after relabelling, each with the reason. */
  public static List<String> faults(ScrapeConfig job, List<TargetGroup> groups) {
    return new TargetBuilder(job).build(groups).faults();
  }
}
