package io.narthex.pipeline.wire;

import io.narthex.pipeline.config.OtlpConfig;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.LabelBuffer.Added;
import io.narthex.pipeline.wire.OtlpAttributes.Attribute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the resource and the scope of a request put into the labels of its series. Reused from one
 * resource to the next.
 */
final class OtlpResource {
  /** Most sets of attributes that are kept for a scope; beyond them each point's are read. */
  private static final int MOST_KNOWN = 16_384;

  /** Most bytes of their labels; each has those of the resource too. */
  private static final int MOST_KNOWN_BYTES = 16 << 20;

  private static final String NAME = "service.name";
  private static final String NAMESPACE = "service.namespace";
  private static final String INSTANCE = "service.instance.id";
  private static final Set<String> IDENTIFYING = Set.of(NAME, NAMESPACE, INSTANCE);

  private final OtlpConfig config;
  private final OtlpNames names;
  private final Set<String> listed;
  private final List<Attribute> attributes = new ArrayList<>();
  private final Map<String, String> promoted = new TreeMap<>();
  private final Map<String, String> scope = new TreeMap<>();
  private final LabelBuffer buffer = new LabelBuffer();
  private final Map<Attributes, Added> made = new HashMap<>();
  private final Attributes probe = new Attributes();
  private int madeBytes;
  private @Nullable String job;
  private @Nullable String instance;

  /** A point's attributes as they lie in the request; they are compared as bytes. */
  private static final class Attributes {
    private byte[] bytes = {};
    private ByteRanges ranges = new ByteRanges();
    private int hash;

    void set(byte[] bytes, ByteRanges ranges) {
      this.bytes = bytes;
      this.ranges = ranges;
      hash = ranges.hash(bytes);
    }

    Attributes copy() {
      var copy = new Attributes();
      copy.bytes = bytes;
      copy.ranges = ranges.copy();
      copy.hash = hash;
      return copy;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Attributes that
          && hash == that.hash
          && ranges.sameAs(bytes, that.ranges, that.bytes);
    }
  }

  OtlpResource(OtlpConfig config, OtlpNames names) {
    this.config = config;
    this.names = names;
    listed =
        new HashSet<>(
            config.promoteAllResourceAttributes()
                ? config.ignoreResourceAttributes()
                : config.promoteResourceAttributes());
  }

  /** Begins a resource with these attributes. */
  void begin(List<Attribute> of) {
    attributes.clear();
    attributes.addAll(of);
    attributes.sort(Comparator.comparing(Attribute::key));
    promoted.clear();
    scope.clear();
    String name = value(NAME);
    String namespace = value(NAMESPACE);
    job = name == null || namespace == null ? name : namespace + "/" + name;
    instance = value(INSTANCE);
    for (var attribute : attributes) {
      if (listed.contains(attribute.key()) != config.promoteAllResourceAttributes()) {
        String label = names.label(attribute.key());
        if (!label.isEmpty()) {
          promoted.putIfAbsent(label, attribute.value());
        }
      }
    }
  }

  /** Begins a scope of the resource. */
  void beginScope(String name, String version, String schemaUrl, List<Attribute> of) {
    scope.clear();
    made.clear();
    madeBytes = 0;
    if (!config.promoteScopeMetadata() || name.isEmpty()) {
      return;
    }
    scope.put("otel_scope_name", name);
    scope.put("otel_scope_version", version);
    scope.put("otel_scope_schema_url", schemaUrl);
    for (var attribute : of) {
      String label = names.label("otel_scope_" + attribute.key());
      scope.put(label, attribute.value());
    }
  }

  /**
   * Labels of a point without its name: its attributes, and what resource and scope add. Points of
   * a scope that have the same attributes get them from memory.
   *
   * @param in over the request
   * @param of where the attributes lie in it
   * @return null if an attribute's name makes no label
   */
  @Nullable Added labels(ProtoReader in, ByteRanges of) {
    probe.set(in.bytes, of);
    var known = made.get(probe);
    if (known != null) {
      return known;
    }
    var labels = labels(OtlpAttributes.read(in, of));
    if (labels != null
        && made.size() < MOST_KNOWN
        && madeBytes + labels.text().length <= MOST_KNOWN_BYTES) {
      madeBytes += labels.text().length;
      made.put(probe.copy(), labels);
    }
    return labels;
  }

  private @Nullable Added labels(List<Attribute> of) {
    var labels = own(of);
    if (labels == null) {
      return null;
    }
    promoted.forEach(labels::putIfAbsent);
    labels.putAll(scope);
    identify(labels);
    labels.remove(Labels.METRIC_NAME);
    buffer.clear();
    labels.forEach(buffer::add);
    return buffer.added();
  }

  /** Labels of {@code target_info}; null if the resource is to have none. */
  @Nullable Map<String, String> infoLabels() {
    boolean more = attributes.stream().anyMatch(a -> !IDENTIFYING.contains(a.key()));
    if (!more || (job == null && instance == null)) {
      return null;
    }
    var labels =
        own(
            attributes.stream()
                .filter(
                    a ->
                        config.keepIdentifyingResourceAttributes()
                            || !IDENTIFYING.contains(a.key()))
                .toList());
    if (labels != null) {
      identify(labels);
    }
    return labels;
  }

  private void identify(Map<String, String> labels) {
    if (job != null) {
      labels.put("job", job);
    }
    if (instance != null) {
      labels.put("instance", instance);
    }
  }

  /** Attributes whose names become the same label are joined, in the order of their names. */
  private @Nullable Map<String, String> own(List<Attribute> of) {
    var labels = new TreeMap<String, String>();
    var joined = new HashMap<String, StringBuilder>();
    var sorted = new ArrayList<>(of);
    sorted.sort(Comparator.comparing(Attribute::key));
    for (var attribute : sorted) {
      String label = names.label(attribute.key());
      if (label.isEmpty()) {
        return null;
      }
      String before = labels.putIfAbsent(label, attribute.value());
      if (before != null) {
        joined
            .computeIfAbsent(label, unused -> new StringBuilder(before))
            .append(';')
            .append(attribute.value());
      }
    }
    joined.forEach((label, values) -> labels.put(label, values.toString()));
    return labels;
  }

  private @Nullable String value(String key) {
    for (var attribute : attributes) {
      if (attribute.key().equals(key)) {
        return attribute.value();
      }
    }
    return null;
  }
}
