package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.model.Labels;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A target, with everything its scrape loop needs.
 *
 * @param config of its job, without discovery and target relabelling; its interval, timeout and
 *     histogram options are those of the target
 * @param id unique in the job: a hash of labels and URL
 * @param hash the number that the id spells; places the target on a reader and in its interval
 * @param labelMap labels that its series get, by name
 * @param discovered labels before relabelling
 * @param url what is fetched
 * @param refusal why scrapes fail without being tried; empty if they are tried
 */
public record TargetSplit(
    ScrapeConfig config,
    String id,
    long hash,
    Map<String, String> labelMap,
    Map<String, String> discovered,
    String url,
    String refusal)
    implements SourceSplit, Serializable {

  @Override
  public String splitId() {
    return pool() + "/" + id;
  }

  /** The job. */
  public String pool() {
    return config.jobName();
  }

  /** The labels that its series get. */
  public Labels labels() {
    return Labels.of(labelMap);
  }

  public Duration interval() {
    return config.scrapeInterval();
  }

  public Duration timeout() {
    return config.scrapeTimeout();
  }
}
