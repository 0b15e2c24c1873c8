package io.narthex.operators.rules.state;

import java.util.List;

/**
 * A former tick.
 *
 * @param at time of its samples
 * @param rules the states after it, in order of the group's rules
 */
public record SavedTick(long tick, long at, List<RuleState> rules) {}
