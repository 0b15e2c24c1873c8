package io.narthex.sinks.index;

import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.FastAggregation;
import org.roaringbitmap.RoaringBitmap;

/**
 * Resolves matchers on an inverted index. A matcher that does not accept the empty value narrows
 * the result to the series with an accepted value; one that does removes the series with a value
 * that is not accepted, so that series without the label stay.
 */
public final class PostingsQuery {

  /** Between two looks whether the search is still wanted. */
  private static final int LOOK = 256;

  private PostingsQuery() {}

  /**
   * Ids of the series that satisfy all matchers; no matchers: all series.
   *
   * @return a bitmap of the caller's own
   */
  public static RoaringBitmap select(Postings postings, List<Matcher> matchers) {
    return select(postings, matchers, () -> {});
  }

  /**
   * As above, but may be stopped.
   *
   * @param checkpoint is run now and then, and may stop the search by an exception
   */
  public static RoaringBitmap select(
      Postings postings, List<Matcher> matchers, Runnable checkpoint) {
    var terms = new ArrayList<Term>(matchers.size());
    for (var matcher : matchers) {
      terms.add(Term.of(matcher));
    }
    terms.sort(Comparator.comparingInt(Term::cost));
    @Nullable RoaringBitmap found = null;
    for (var term : terms) {
      if (!term.removes) {
        found = narrow(postings, found, term, checkpoint);
      } else {
        found = found == null ? postings.all().clone() : found;
        remove(postings, found, term, checkpoint);
      }
      if (found.isEmpty()) {
        return found;
      }
    }
    return found == null ? postings.all().clone() : found;
  }

  private static RoaringBitmap narrow(
      Postings postings, @Nullable RoaringBitmap found, Term term, Runnable checkpoint) {
    var accepted = union(postings, term, term.inverted, checkpoint);
    if (found == null) {
      return accepted;
    }
    found.and(accepted);
    return found;
  }

  private static void remove(
      Postings postings, RoaringBitmap found, Term term, Runnable checkpoint) {
    found.andNot(union(postings, term, !term.inverted, checkpoint));
  }

  /** Series whose value is in the term's set, or (complement) has a value outside of it. */
  private static RoaringBitmap union(
      Postings postings, Term term, boolean complement, Runnable checkpoint) {
    if (term.set instanceof ValueSet.Literals literals && !complement) {
      return union(postings, term.name, literals.values(), checkpoint);
    }
    var values = postings.values(term.name);
    var chosen = term.set.among(values, checkpoint);
    if (!complement) {
      return union(postings, term.name, chosen == null ? values : chosen, checkpoint);
    }
    if (chosen == null) {
      return new RoaringBitmap();
    }
    var all = union(postings, term.name, values, checkpoint);
    all.andNot(union(postings, term.name, chosen, checkpoint));
    return all;
  }

  private static RoaringBitmap union(
      Postings postings, String name, List<String> values, Runnable checkpoint) {
    if (values.size() == 1) {
      return values.get(0).isEmpty()
          ? new RoaringBitmap()
          : postings.get(name, values.get(0)).clone();
    }
    var parts = new ArrayList<RoaringBitmap>(values.size());
    for (var value : values) {
      if (!value.isEmpty()) {
        parts.add(postings.get(name, value));
      }
      if (parts.size() % LOOK == 0) {
        checkpoint.run();
      }
    }
    return FastAggregation.or(parts.iterator());
  }

  /**
   * A matcher made ready.
   *
   * @param set the values its text describes
   * @param inverted whether it accepts those outside the set
   * @param removes whether it accepts the empty value, and thus takes series away instead of
   *     choosing them
   */
  private record Term(String name, ValueSet set, boolean inverted, boolean removes) {

    static Term of(Matcher matcher) {
      var set = ValueSet.of(matcher);
      boolean inverted =
          matcher.type() == Matcher.Type.NOT_EQUAL || matcher.type() == Matcher.Type.NOT_REGEX;
      return new Term(matcher.name(), set, inverted, set.hasEmpty() != inverted);
    }

    /** Cheap and narrow ones first; those that remove last. */
    int cost() {
      int base = removes ? 10 : inverted ? 5 : 0;
      if (set instanceof ValueSet.Literals literals) {
        return base + (literals.values().size() == 1 ? 0 : 1);
      }
      return base + (set instanceof ValueSet.Prefix ? 2 : set instanceof ValueSet.Tested ? 3 : 4);
    }
  }
}
