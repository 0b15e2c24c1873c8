package io.narthex.jobs.cluster;

import java.io.Serializable;

/**
 * What a cluster's job is told; it travels to the task managers.
 *
 * @param configFile prometheus.yml, at the same path on the job manager
 * @param sharedFolder where all task managers write and query servers read
 * @param receiverAddress host:port on which each task manager takes remote write; port 0 picks a
 *     free one, empty receives nothing
 * @param externalUrl where users reach a query server, for the links of alerts; empty for none
 * @param parallelism readers of each source
 */
public record ClusterOptions(
    String configFile,
    String sharedFolder,
    String receiverAddress,
    String externalUrl,
    int parallelism)
    implements Serializable {}
