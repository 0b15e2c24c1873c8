package io.narthex.pipeline.alert;

import java.io.Serializable;

/**
 * Says which rule an alert is from.
 *
 * @param file the rule file, as it is configured
 * @param group the group in the file
 * @param rule the alert's name; a group may have several rules of one name
 */
public record AlertRuleId(String file, String group, String rule) implements Serializable {}
