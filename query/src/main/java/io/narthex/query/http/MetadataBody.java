package io.narthex.query.http;

import io.narthex.pipeline.model.MetricMetadata;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;

/** Metadata by metric name, written name by name. */
final class MetadataBody implements JsonBody {
  private final Iterator<? extends Map.Entry<String, ? extends Collection<MetricMetadata>>> names;
  private final int limitPerMetric;
  private char before = '{';

  /**
   * @param limitPerMetric most entries of one name; 0 and less is no limit
   */
  MetadataBody(
      Iterator<? extends Map.Entry<String, ? extends Collection<MetricMetadata>>> names,
      int limitPerMetric) {
    this.names = names;
    this.limitPerMetric = limitPerMetric <= 0 ? Integer.MAX_VALUE : limitPerMetric;
  }

  @Override
  public boolean write(JsonOut out) {
    while (names.hasNext()) {
      if (out.isFull()) {
        return true;
      }
      var entry = names.next();
      out.raw(before).string(entry.getKey()).raw(":[");
      before = ',';
      int count = 0;
      for (var family : entry.getValue()) {
        if (count == limitPerMetric) {
          break;
        }
        out.raw(count++ == 0 ? "{\"type\":" : ",{\"type\":").string(family.type().text());
        out.raw(",\"unit\":").string(family.unit());
        out.raw(",\"help\":").string(family.help()).raw('}');
      }
      out.raw(']');
    }
    out.raw(before == '{' ? "{}" : "}");
    return false;
  }
}
