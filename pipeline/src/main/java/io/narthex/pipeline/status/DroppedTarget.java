package io.narthex.pipeline.status;

import java.util.Map;

/**
 * A target that relabelling dropped.
 *
 * @param pool the scrape job
 * @param discovered its labels
 */
public record DroppedTarget(String pool, Map<String, String> discovered) {}
