package io.narthex.pipeline.config;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads one mapping key by key. It knows which keys were asked for, so that the others can be
 * reported, and collects what came out, in the order of asking, as the effective configuration.
 * Zeros are only shown where the default is another value.
 *
 * <p>A key without a value is the zero of its type ({@code ""}, 0, false), not the default; that is
 * how Prometheus reads it.
 */
final class Section {
  private static final BigInteger MAX_COUNT = BigInteger.valueOf(Integer.MAX_VALUE);

  private final ReadContext context;
  private final Node node;
  private final String path;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final Map<String, Node> keyNodes = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, Object> shown = new LinkedHashMap<>();

  private Section(ReadContext context, Node node, String path) {
    this.context = context;
    this.node = node;
    this.path = path;
  }

  /** Opens a mapping; null, with a fault, if the value is none. */
  static @Nullable Section open(Value value) {
    return open(value, "key");
  }

  private static @Nullable Section open(Value value, String keyUse) {
    if (!(value.node() instanceof MappingNode mapping)) {
      value.fault("expected a mapping (key: value), got " + value.kind());
      return null;
    }
    var section = new Section(value.context(), mapping, value.path());
    section.collect(mapping, keyUse);
    value.context().opened(section);
    return section;
  }

  /** A section without keys, for what is not there. */
  static Section empty(ReadContext context, Node place, String path) {
    return new Section(context, place, path);
  }

  ReadContext context() {
    return context;
  }

  Node node() {
    return node;
  }

  String path() {
    return path;
  }

  /** What was read, in order, for the effective configuration. */
  Map<String, Object> shown() {
    return shown;
  }

  Set<String> keys() {
    return values.keySet();
  }

  /** Whether a key is there with a value that is not empty. */
  boolean has(String key) {
    Value value = values.get(key);
    return value != null
        && !value.isNull()
        && !(value.node() instanceof ScalarNode scalar && scalar.getValue().isEmpty());
  }

  @Nullable Value value(String key) {
    known.add(key);
    return values.get(key);
  }

  void show(String key, Object value) {
    shown.put(key, value);
  }

  /** A fault of the value of a key, or of the section if the key is not there. */
  void fault(String key, String message) {
    Value value = values.get(key);
    context.fault(value == null ? node : value.node(), pathOf(key), message);
  }

  void fault(String message) {
    context.fault(node, path, message);
  }

  /** A fault unless the key has a value. */
  void require(String key, String message) {
    if (!has(key)) {
      fault(key, message);
    }
  }

  void unsupported(String key) {
    Value value = values.get(key);
    context.unsupported(value == null ? node : value.node(), key, path);
  }

  String text(String key, String otherwise) {
    String text = read(key, otherwise, "", Value::text);
    if (!text.isEmpty() || !otherwise.isEmpty()) {
      show(key, text);
    }
    return text;
  }

  @Nullable String text(String key) {
    String text = text(key, "");
    return text.isEmpty() ? null : text;
  }

  /** One of some words; the message of another one ends with a suggestion. */
  String oneOf(String key, String otherwise, List<String> words, UnaryOperator<String> message) {
    String word = text(key, otherwise);
    if (!word.isEmpty() && !words.contains(word)) {
      fault(key, message.apply(word) + Suggestion.of(word, words));
      return otherwise;
    }
    return word;
  }

  @Nullable Secret secret(String key) {
    String text = read(key, "", "", Value::text);
    if (text.isEmpty()) {
      return null;
    }
    show(key, "<secret>");
    return new Secret(text);
  }

  /** A path, resolved from the folder of the file. */
  @Nullable String file(String key) {
    String text = read(key, "", "", Value::text);
    Value value = values.get(key);
    if (text.isEmpty() || value == null) {
      return null;
    }
    String file = context.resolve(value.node(), value.path(), text);
    show(key, file);
    return file;
  }

  /** A URL; null if there is none or, with a fault, if it is not one. */
  @Nullable Url url(String key) {
    String text = read(key, "", "", Value::text);
    Value value = values.get(key);
    if (text.isEmpty() || value == null) {
      return null;
    }
    try {
      Url url = Url.parse(text);
      show(key, url.redacted());
      return url;
    } catch (IllegalArgumentException e) {
      value.fault(Value.messageOf(e));
      return null;
    }
  }

  /** A truth value that is shown if it or its default is true. */
  boolean flag(String key, boolean otherwise) {
    boolean flag = read(key, otherwise, false, Value::flag);
    if (flag || otherwise) {
      show(key, flag);
    }
    return flag;
  }

  /** A truth value that is always shown. */
  boolean shownFlag(String key, boolean otherwise) {
    boolean flag = read(key, otherwise, false, Value::flag);
    show(key, flag);
    return flag;
  }

  Duration duration(String key, Duration otherwise) {
    Duration duration = read(key, otherwise, Duration.ZERO, Value::duration);
    if (!duration.isZero() || !otherwise.isZero()) {
      show(key, PrometheusDuration.print(duration));
    }
    return duration;
  }

  /** A number that is not negative; larger ones than an int holds become the largest int. */
  int count(String key, int otherwise) {
    int count = whole(key, otherwise);
    if (count < 0) {
      fault(key, "must not be negative, got " + count);
      return otherwise;
    }
    return count;
  }

  int whole(String key, int otherwise) {
    var value = read(key, BigInteger.valueOf(otherwise), BigInteger.ZERO, Value::integer);
    int number = value.min(MAX_COUNT).max(MAX_COUNT.negate()).intValue();
    if (number != 0 || otherwise != 0) {
      show(key, number);
    }
    return number;
  }

  /** A number from 0 to 2^64 - 1, as the bits of a long. */
  long unsignedLong(String key) {
    var value = read(key, BigInteger.ZERO, BigInteger.ZERO, Value::integer);
    if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
      fault(key, "must be from 0 to 2^64 - 1, got " + value);
      return 0;
    }
    if (value.signum() > 0) {
      show(key, value);
    }
    return value.longValue();
  }

  double number(String key, double otherwise) {
    double number = read(key, otherwise, 0.0, Value::number);
    if (number != 0) {
      show(key, number);
    }
    return number;
  }

  long bytes(String key, long otherwise) {
    long bytes = read(key, otherwise, 0L, Value::bytes);
    if (bytes != 0) {
      show(key, ByteSize.print(bytes));
    }
    return bytes;
  }

  List<String> texts(String key) {
    return texts(key, "text", true);
  }

  /** A list of texts, called by what they are used for; secret ones are not shown. */
  List<String> texts(String key, String use, boolean open) {
    var texts = new ArrayList<String>();
    for (Value item : items(key)) {
      String text = item.text(use);
      if (text != null) {
        texts.add(text);
      }
    }
    if (!texts.isEmpty()) {
      show(key, open ? List.copyOf(texts) : texts.stream().map(text -> "<secret>").toList());
    }
    return texts;
  }

  /** The values of a list; none, with a fault, if the value is no list. */
  List<Value> items(String key) {
    Value value = value(key);
    if (value == null || value.isNull()) {
      return List.of();
    }
    if (!(value.node() instanceof SequenceNode sequence)) {
      value.fault("expected a list, got " + value.kind());
      return List.of();
    }
    var items = new ArrayList<Value>();
    for (Node item : sequence.getValue()) {
      items.add(new Value(context, item, value.path() + "[" + items.size() + "]"));
    }
    return items;
  }

  /** A mapping of texts to texts, sorted by key where it is shown. */
  Map<String, String> textMap(String key, String keyUse, String valueUse) {
    var texts = new LinkedHashMap<String, String>();
    Section section = section(key, keyUse);
    if (section != null) {
      for (String name : section.keys()) {
        Value value = section.value(name);
        String text = value == null ? null : value.text(valueUse);
        if (name.isEmpty()) {
          section.fault(name, "\"\" is not a valid " + keyUse);
        } else if (text != null) {
          texts.put(name, text);
          section.show(name, text);
        }
      }
    }
    return texts;
  }

  /** The entries of a mapping as they are written, without faults; none if it is no mapping. */
  Map<String, Value> entries(String key) {
    Value value = values.get(key);
    if (value == null || !(value.node() instanceof MappingNode mapping)) {
      return Map.of();
    }
    var section = new Section(value.context().apart(), mapping, value.path());
    section.collect(mapping, "key");
    var entries = new LinkedHashMap<String, Value>();
    section.values.forEach(
        (name, entry) -> entries.put(name, new Value(context, entry.node(), entry.path())));
    return entries;
  }

  /** A mapping of texts to lists of texts; secret values are not shown. */
  Map<String, List<String>> textsMap(String key, boolean open) {
    var texts = new LinkedHashMap<String, List<String>>();
    Section section = section(key);
    if (section != null) {
      for (String name : section.keys()) {
        texts.put(name, section.texts(name, "text", open));
      }
    }
    return texts;
  }

  /** A mapping; null if it is not there, is empty or, with a fault, is none. */
  @Nullable Section section(String key) {
    return section(key, "key");
  }

  private @Nullable Section section(String key, String keyUse) {
    Value value = value(key);
    if (value == null || value.isNull()) {
      return null;
    }
    Section section = open(value, keyUse);
    if (section != null) {
      show(key, section.shown);
    }
    return section;
  }

  /** A mapping, as if it were there without keys if it is not. */
  Section sectionOrEmpty(String key) {
    Section section = section(key);
    if (section != null) {
      return section;
    }
    Section empty = empty(context, node, pathOf(key));
    show(key, empty.shown);
    return empty;
  }

  /**
   * A list of mappings.
   *
   * @param whenNull the fault of an entry without a value
   */
  <T> List<T> each(String key, String whenNull, Function<Section, T> reader) {
    var read = new ArrayList<T>();
    var views = new ArrayList<Object>();
    for (Value item : items(key)) {
      if (item.isNull()) {
        item.fault(whenNull);
        continue;
      }
      Section section = open(item);
      if (section != null) {
        views.add(section.shown);
        read.add(reader.apply(section));
      }
    }
    if (!views.isEmpty()) {
      show(key, views);
    }
    return read;
  }

  void reportUnknownKeys() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        var left = new LinkedHashSet<>(known);
        left.removeAll(values.keySet());
        Node keyNode = keyNodes.get(key);
        context.fault(keyNode, pathOf(key), "unknown key " + key + Suggestion.of(key, left));
      }
    }
  }

  private <T> T read(String key, T otherwise, T zero, Conversion<T> conversion) {
    Value value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (value.isNull()) {
      return zero;
    }
    T converted = conversion.apply(value);
    return converted == null ? otherwise : converted;
  }

  private String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Takes the keys of a mapping and of those it merges; keys of its own win. */
  private void collect(MappingNode mapping, String keyUse) {
    var own = new HashMap<String, Node>();
    var merged = new ArrayList<Node>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node keyNode = tuple.getKeyNode();
      if (keyNode instanceof ScalarNode scalar && scalar.getTag().equals(Tag.MERGE)) {
        merged.add(tuple.getValueNode());
        continue;
      }
      String key = new Value(context, keyNode, path).text(keyUse);
      if (key == null) {
        continue;
      }
      Node first = own.putIfAbsent(key, keyNode);
      if (first != null) {
        int line = first.getStartMark().getLine() + 1;
        context.fault(
            keyNode, pathOf(key), "key " + key + " already set in line " + line + ", remove one");
      } else if (!values.containsKey(key)) {
        values.put(key, new Value(context, tuple.getValueNode(), pathOf(key)));
        keyNodes.put(key, keyNode);
      }
    }
    merged.forEach(source -> merge(source, keyUse));
  }

  private void merge(Node source, String keyUse) {
    if (source instanceof MappingNode mapping) {
      collect(mapping, keyUse);
    } else if (source instanceof SequenceNode sequence) {
      sequence.getValue().forEach(item -> merge(item, keyUse));
    } else {
      context.fault(source, path, "<< takes a mapping or a list of mappings");
    }
  }

  /** Turns a value into a T; null, with a fault, if it cannot. */
  private interface Conversion<T> {
    @Nullable T apply(Value value);
  }
}
