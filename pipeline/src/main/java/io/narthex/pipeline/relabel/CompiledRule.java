package io.narthex.pipeline.relabel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.narthex.pipeline.model.RelabelRule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.IntUnaryOperator;

/** One rule, ready to be applied. Immutable. */
final class CompiledRule {
  private final RelabelRule rule;
  private final boolean utf8Names;
  private final boolean matchesAll;
  private final Pattern pattern;
  private final Template target;
  private final Template replacement;

  CompiledRule(RelabelRule rule, boolean utf8Names) {
    String fault = RelabelRules.faultOf(rule, utf8Names);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
    this.rule = rule;
    this.utf8Names = utf8Names;
    this.matchesAll = rule.regex().equals(RelabelRule.DEFAULT_REGEX);
    this.pattern = RelabelRules.anchored(rule.regex());
    int groups = pattern.groupCount();
    this.target = Template.compile(rule.targetLabel(), groups, pattern.namedGroups());
    this.replacement = Template.compile(rule.replacement(), groups, pattern.namedGroups());
  }

  RelabelRule rule() {
    return rule;
  }

  /** Changes the labels; false if the set is to be dropped. */
  boolean apply(LabelEdits labels) {
    switch (rule.action()) {
      case DROP -> {
        return !matches(input(labels));
      }
      case KEEP -> {
        return matches(input(labels));
      }
      case DROPEQUAL -> {
        return !labels.get(rule.targetLabel()).equals(input(labels));
      }
      case KEEPEQUAL -> {
        return labels.get(rule.targetLabel()).equals(input(labels));
      }
      case REPLACE -> replace(labels, input(labels));
      case LOWERCASE ->
          labels.set(rule.targetLabel(), mapLetters(input(labels), Character::toLowerCase));
      case UPPERCASE ->
          labels.set(rule.targetLabel(), mapLetters(input(labels), Character::toUpperCase));
      case HASHMOD -> labels.set(rule.targetLabel(), hashModulo(input(labels), rule.modulus()));
      case LABELMAP -> mapNames(labels);
      case LABELDROP -> removeNames(labels, true);
      case LABELKEEP -> removeNames(labels, false);
    }
    return true;
  }

  private String input(LabelEdits labels) {
    var sources = rule.sourceLabels();
    if (sources.size() == 1) {
      return labels.get(sources.get(0));
    }
    var joined = new StringBuilder();
    for (int i = 0; i < sources.size(); i++) {
      if (i > 0) {
        joined.append(rule.separator());
      }
      joined.append(labels.get(sources.get(i)));
    }
    return joined.toString();
  }

  private boolean matches(String input) {
    return matchesAll || pattern.matcher(input).find();
  }

  private void replace(LabelEdits labels, String input) {
    String name;
    String value;
    if (matchesAll) {
      name = target.expandWhole(input);
      value = replacement.expandWhole(input);
    } else {
      Matcher match = pattern.matcher(input);
      if (!match.find()) {
        return;
      }
      name = target.expand(match);
      value = replacement.expand(match);
    }
    if (RelabelRules.isLabelName(name, utf8Names)) {
      labels.set(name, value);
    }
  }

  private void mapNames(LabelEdits labels) {
    var names = labels.names();
    var values = names.stream().map(labels::get).toList();
    for (int i = 0; i < names.size(); i++) {
      Matcher match = pattern.matcher(names.get(i));
      if (match.find()) {
        labels.set(replacement.expand(match), values.get(i));
      }
    }
  }

  private void removeNames(LabelEdits labels, boolean matching) {
    for (String name : labels.names()) {
      if (matches(name) == matching) {
        labels.remove(name);
      }
    }
  }

  /** Letter by letter, so that no locale and no multi-letter mapping takes part. */
  private static String mapLetters(String text, IntUnaryOperator letter) {
    int[] mapped = text.codePoints().map(letter).toArray();
    return new String(mapped, 0, mapped.length);
  }

  private static String hashModulo(String input, long modulus) {
    byte[] digest;
    try {
      digest = MessageDigest.getInstance("MD5").digest(input.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no MD5, which hashmod needs", e);
    }
    return Long.toUnsignedString(
        Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(Long.BYTES), modulus));
  }
}
