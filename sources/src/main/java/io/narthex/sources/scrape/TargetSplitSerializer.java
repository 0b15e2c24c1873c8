package io.narthex.sources.scrape;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.InstantiationUtil;

/**
 * Bytes of a target. Version 1 is Java's own serialization. Targets are no part of checkpoints: the
 * enumerator discovers them anew; so the bytes live no longer than a running job.
 */
final class TargetSplitSerializer implements SimpleVersionedSerializer<TargetSplit> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(TargetSplit split) throws IOException {
    return InstantiationUtil.serializeObject(split);
  }

  @Override
  public TargetSplit deserialize(int version, byte[] serialized) throws IOException {
    if (version != VERSION) {
      throw new IOException("target version " + version + " is not known to this build");
    }
    try {
      return InstantiationUtil.deserializeObject(serialized, TargetSplit.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException("a target of another build", e);
    }
  }
}
