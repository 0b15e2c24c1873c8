package io.narthex.query.http;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.query.promql.parse.PromqlParser;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which rules a request asks for.
 *
 * @param type {@code alert}, {@code record} or empty for both
 * @param names of rules; empty for all
 * @param groups names; empty for all
 * @param files paths; empty for all
 * @param matchers sets of conditions on labels, of which one must hold; empty for none
 * @param excludeAlerts whether alerts are left out of the answer
 * @param limit most groups in the answer; 0 is no limit
 * @param token of the group that the answer begins with; may be empty
 */
record RuleSelection(
    String type,
    Set<String> names,
    Set<String> groups,
    Set<String> files,
    List<List<Matcher>> matchers,
    boolean excludeAlerts,
    long limit,
    String token) {

  /**
   * A page of groups, each with the rules that were asked for.
   *
   * @param nextToken of the next page; empty if there is none
   */
  record Page(List<RuleGroupStatus> groups, String nextToken) {}

  /** Reads the parameters of a request. */
  static RuleSelection of(Parameters parameters) {
    String type = parameters.get("type").toLowerCase(Locale.ROOT);
    if (!type.isEmpty() && !type.equals("alert") && !type.equals("record")) {
      throw Parameters.invalid("type", "not supported value " + Go.quote(type));
    }
    long limit = limit(parameters);
    return new RuleSelection(
        type,
        Set.copyOf(parameters.all("rule_name[]")),
        Set.copyOf(parameters.all("rule_group[]")),
        Set.copyOf(parameters.all("file[]")),
        parameters.all("match[]").stream().map(PromqlParser::parseSelector).toList(),
        excludeAlerts(parameters),
        limit,
        parameters.get("group_next_token"));
  }

  /** The page of these groups that is asked for. */
  Page page(List<RuleGroupStatus> all) {
    var page = new ArrayList<RuleGroupStatus>();
    boolean begun = limit == 0 || token.isEmpty();
    String next = "";
    for (var group : all) {
      begun = begun || token.equals(tokenOf(group));
      if (!begun || !isIn(groups, group.name()) || !isIn(files, group.file())) {
        continue;
      }
      var rules = group.rules().stream().filter(this::selects).toList();
      if (rules.isEmpty()) {
        continue;
      }
      if (limit > 0 && page.size() == limit) {
        next = tokenOf(group);
        break;
      }
      page.add(
          new RuleGroupStatus(
              group.name(),
              group.file(),
              group.intervalSeconds(),
              group.limit(),
              rules,
              group.lastDurationSeconds(),
              group.lastEvaluation(),
              group.lastSamples()));
    }
    if (!begun) {
      throw Parameters.invalid(
          "group_next_token",
          "invalid group_next_token '" + token + "'. were rule groups changed?");
    }
    return new Page(page, next);
  }

  private boolean selects(RuleStatus rule) {
    boolean ofType = type.isEmpty() || type.equals("alert") == (rule.alerting() != null);
    return ofType
        && isIn(names, rule.name())
        && (matchers.isEmpty() || matchers.stream().anyMatch(set -> holds(set, rule)));
  }

  private static boolean holds(List<Matcher> set, RuleStatus rule) {
    return set.stream()
        .allMatch(matcher -> matcher.matches(rule.labels().getOrDefault(matcher.name(), "")));
  }

  private static boolean isIn(Set<String> wanted, String value) {
    return wanted.isEmpty() || wanted.contains(value);
  }

  private static String tokenOf(RuleGroupStatus group) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(group.key().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static boolean excludeAlerts(Parameters parameters) {
    String exclude = parameters.get("exclude_alerts");
    try {
      return !exclude.isEmpty() && Go.parseBool(exclude);
    } catch (IllegalArgumentException e) {
      throw Parameters.invalid(
          "exclude_alerts", "error converting exclude_alerts: " + e.getMessage());
    }
  }

  private static long limit(Parameters parameters) {
    String limit = parameters.get("group_limit");
    if (limit.isEmpty()) {
      if (!parameters.get("group_next_token").isEmpty()) {
        throw Parameters.invalid(
            "group_next_token",
            "group_limit needs to be present in order to paginate over the groups");
      }
      return 0;
    }
    long number;
    try {
      number = Long.parseLong(limit);
    } catch (NumberFormatException e) {
      throw Parameters.invalid(
          "group_limit",
          "group_limit needs to be a valid number: strconv.ParseInt: parsing "
              + Go.quote(limit)
              + ": "
              + Go.numberFault(limit));
    }
    if (number <= 0) {
      throw Parameters.invalid("group_limit", "group_limit needs to be greater than 0");
    }
    return number;
  }
}
