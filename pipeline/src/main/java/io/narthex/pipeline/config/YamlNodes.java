package io.narthex.pipeline.config;

import java.io.StringReader;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * YAML text to nodes with places. What the text can cost is bounded: its size, its depth, and what
 * its aliases stand for when written out.
 */
final class YamlNodes {
  private static final int MAX_CODE_POINTS = 64 << 20;
  private static final int MAX_DEPTH = 50;
  private static final int MAX_ALIASES = 100_000;
  private static final long MAX_EXPANDED_NODES = 4_000_000;

  private YamlNodes() {}

  /**
   * The root of a document.
   *
   * @return null if the document is empty or, with faults in the context, not YAML
   */
  static @Nullable Node compose(String text, ReadContext context) {
    return compose(context, yaml -> yaml.compose(new StringReader(withoutByteOrderMark(text))));
  }

  /** As {@link #compose} for a text of several documents: takes the first, warns of the others. */
  static @Nullable Node composeFirst(String text, ReadContext context) {
    return compose(
        context,
        yaml -> {
          var documents = yaml.composeAll(new StringReader(withoutByteOrderMark(text))).iterator();
          Node first = documents.hasNext() ? documents.next() : null;
          if (first != null && documents.hasNext()) {
            context.warn(
                documents.next(),
                "only the first document of the file is read, this is another",
                "");
          }
          return first;
        });
  }

  private static @Nullable Node compose(
      ReadContext context, Function<Yaml, @Nullable Node> composer) {
    var options = new LoaderOptions();
    options.setCodePointLimit(MAX_CODE_POINTS);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    options.setAllowDuplicateKeys(true);
    try {
      Node root = composer.apply(new Yaml(options));
      if (root == null || !isBounded(root, context)) {
        return null;
      }
      return root;
    } catch (MarkedYAMLException e) {
      String problem = e.getProblem() == null ? "not YAML" : e.getProblem();
      String during = e.getContext() == null ? "" : " (" + e.getContext() + ")";
      context.faultAt(e.getProblemMark(), "", problem + during);
    } catch (ReaderException e) {
      context.fault(
          null,
          "",
          String.format(
              "character U+%04X at position %d is not allowed in YAML",
              e.getCodePoint(), e.getPosition()));
    } catch (YAMLException | IndexOutOfBoundsException | IllegalArgumentException e) {
      context.fault(null, "", "not YAML: " + e.getMessage());
    }
    return null;
  }

  static String withoutByteOrderMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static boolean isBounded(Node root, ReadContext context) {
    var extents = new IdentityHashMap<Node, Extent>();
    Extent extent = extentOf(root, extents, context);
    if (extent != null && extent.nodes > MAX_EXPANDED_NODES) {
      context.fault(
          root,
          "",
          "the aliases stand for more than " + MAX_EXPANDED_NODES + " values when written out");
      return false;
    }
    return extent != null;
  }

  /** How much a node stands for; null, with a fault, if it contains itself or is too deep. */
  private static @Nullable Extent extentOf(
      Node node, Map<Node, Extent> extents, ReadContext context) {
    Extent known = extents.get(node);
    if (known != null) {
      if (known.isOpen()) {
        context.fault(node, "", "anchor value contains itself");
        return null;
      }
      return known;
    }
    extents.put(node, Extent.OPEN);
    long nodes = 1;
    int depth = 0;
    for (Node child : children(node)) {
      Extent extent = extentOf(child, extents, context);
      if (extent == null) {
        return null;
      }
      nodes = Math.min(MAX_EXPANDED_NODES + 1, nodes + extent.nodes);
      depth = Math.max(depth, extent.depth + 1);
    }
    if (depth > 2 * MAX_DEPTH) {
      context.fault(node, "", "nested deeper than " + 2 * MAX_DEPTH + " levels");
      return null;
    }
    var extent = new Extent(nodes, depth);
    extents.put(node, extent);
    return extent;
  }

  private static Iterable<Node> children(Node node) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    if (node instanceof MappingNode mapping) {
      return () ->
          mapping.getValue().stream()
              .flatMap(t -> Stream.of(t.getKeyNode(), t.getValueNode()))
              .iterator();
    }
    return List.of();
  }

  private record Extent(long nodes, int depth) {
    /** Stands for a node whose children are being looked at. */
    static final Extent OPEN = new Extent(0, 0);

    boolean isOpen() {
      return nodes == 0;
    }
  }
}
