package io.narthex.jobs.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The flags of {@code narthex server}, as they were given; {@link Server} checks them.
 *
 * @param all flags by name without dashes as the API shows them, defaults included
 */
public record ServerOptions(
    @Nullable Path configFile,
    Path storagePath,
    @Nullable String retentionTime,
    @Nullable String retentionSize,
    String walSync,
    String listenAddress,
    @Nullable String externalUrl,
    @Nullable String routePrefix,
    @Nullable Path webConfigFile,
    boolean lifecycle,
    boolean adminApi,
    boolean otlpReceiver,
    String corsOrigin,
    String webReadTimeout,
    int maxConnections,
    int maxNotificationSubscribers,
    int maxSearchLimit,
    int maxLiveQueries,
    long remoteReadSampleLimit,
    int remoteReadConcurrency,
    int remoteReadFrameBytes,
    String lookbackDelta,
    String queryTimeout,
    int queryConcurrency,
    long queryMaxSamples,
    @Nullable String queryMaxBytes,
    @Nullable String queryMaxTotalBytes,
    @Nullable String queryResultCacheBytes,
    List<String> features,
    RuleOptions rules,
    PageFolders pages,
    Map<String, String> all) {}
