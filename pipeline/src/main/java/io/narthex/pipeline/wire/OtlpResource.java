package io.narthex.pipeline.wire;

import io.narthex.pipeline.config.OtlpConfig;
import io.narthex.pipeline.wire.OtlpAttributes.Attribute;
import java.util.ArrayList;
import java.util.Comparator;
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
  private @Nullable String job;
  private @Nullable String instance;

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
   * Labels of a point: its attributes, and what resource and scope add.
   *
   * @return null if an attribute's name makes no label
   */
  @Nullable Map<String, String> labels(List<Attribute> of) {
    var labels = own(of);
    if (labels != null) {
      promoted.forEach(labels::putIfAbsent);
      labels.putAll(scope);
      identify(labels);
    }
    return labels;
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
    var sorted = new ArrayList<>(of);
    sorted.sort(Comparator.comparing(Attribute::key));
    for (var attribute : sorted) {
      String label = names.label(attribute.key());
      if (label.isEmpty()) {
        return null;
      }
      labels.merge(label, attribute.value(), (before, value) -> before + ";" + value);
    }
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
