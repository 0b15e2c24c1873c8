package io.narthex.sinks.store;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.Deletion;
import io.narthex.pipeline.storage.Deletion.State;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.index.PostingsQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was deleted from a store. The journal says it first; then the tombstones of the blocks
 * concerned follow, and with them queries see it. What a crash leaves undone in between is made up
 * for when the store is opened. Changed by one thread at a time.
 */
final class DeletionLedger {
  private static final Logger LOGGER = LoggerFactory.getLogger(DeletionLedger.class);

  /** Deletions that may be remembered beyond those that can still be undone. */
  private static final int REMEMBERED = 1_000;

  /** Most deletions that can be undone. */
  private static final int MOST = 10_000;

  /** Above so many series in all blocks, series that lie in several are not told apart. */
  private static final long COUNTED_APART = 200_000;

  private final Path directory;
  private final BlockSet blocks;
  private final LongSupplier clock;
  private volatile DeletionJournal journal;

  /** Blocks whose files may still name deletions that were undone; guarded by itself. */
  private final Set<Block> stale = new HashSet<>();

  private DeletionLedger(
      Path directory, BlockSet blocks, LongSupplier clock, DeletionJournal journal) {
    this.directory = directory;
    this.blocks = blocks;
    this.clock = clock;
    this.journal = journal;
  }

  /**
   * Reads the journal and brings the tombstones of all blocks in line with it. A block of which it
   * cannot be said any more what was deleted from it is set aside.
   *
   * @param directory of the store
   */
  static DeletionLedger open(Path directory, BlockSet blocks, Damages damages, LongSupplier clock)
      throws IOException {
    var loaded = DeletionJournal.read(directory);
    var file = directory.resolve(DeletionJournal.NAME).toString();
    for (var damage : loaded.damages()) {
      damages.report(
          "deletions",
          file,
          damage + "; what the tombstones of the blocks say stays hidden, without its matchers");
    }
    var ledger = new DeletionLedger(directory, blocks, clock, loaded.journal());
    ledger.align(loaded.damages().isEmpty() && Files.exists(Path.of(file)), damages);
    return ledger;
  }

  private void align(boolean sound, Damages damages) throws IOException {
    var byId = new TreeMap<Long, DeletionJournal.Entry>();
    journal.entries().forEach(entry -> byId.put(entry.id(), entry));
    boolean changed = !sound;
    var aligned = new HashMap<Block, Deletions>();
    var aside = new ArrayList<Block>();
    for (var block : blocks.all()) {
      try {
        var of = alignBlock(block, byId, sound, damages);
        aligned.put(block, Deletions.in(block, of));
        for (var entry : of) {
          var known = byId.get(entry.id());
          if (known == null || !known.blocks().contains(block.meta().id())) {
            byId.put(entry.id(), lost(known, entry, block));
            changed = true;
          }
        }
      } catch (IOException | FaultException e) {
        BlockSet.reportSetAside(damages, block.folder(), e);
        aside.add(block);
      }
    }
    blocks.change(List.of(), aside);
    aligned.keySet().removeAll(aside);
    blocks.deletions(aligned);
    if (changed) {
      long next = byId.isEmpty() ? 1 : byId.lastKey() + 1;
      replace(Math.max(next, journal.next()), new ArrayList<>(byId.values()));
    }
  }

  /** What is to be hidden in a block: as its file says, or anew where the file does not. */
  private static List<Deletions.Entry> alignBlock(
      Block block, Map<Long, DeletionJournal.Entry> byId, boolean sound, Damages damages)
      throws IOException {
    @Nullable List<Deletions.Entry> found = null;
    try {
      found = DeletionFile.read(block.folder());
    } catch (IOException e) {
      var id = block.meta().id();
      if (!sound || byId.values().stream().noneMatch(entry -> entry.blocks().contains(id))) {
        throw e;
      }
      damages.report(
          "deletions",
          block.folder().resolve(DeletionFile.NAME).toString(),
          e.getMessage() + "; written again from the list of deletions");
    }
    var result = new TreeMap<Long, Deletions.Entry>();
    for (var entry : found == null ? List.<Deletions.Entry>of() : found) {
      var known = byId.get(entry.id());
      if (known == null || !known.undone()) {
        result.put(entry.id(), entry);
      }
    }
    boolean derived = false;
    for (var entry : byId.values()) {
      boolean wanted = !entry.undone() && entry.blocks().contains(block.meta().id());
      if (wanted && !result.containsKey(entry.id())) {
        derived = true;
        derive(block, entry, result);
      }
    }
    var all = List.copyOf(result.values());
    if (derived && found != null) {
      damages.report(
          "deletions",
          block.folder().resolve(DeletionFile.NAME).toString(),
          "was missing or incomplete; written again from the list of deletions");
    }
    if (found == null || derived || all.size() != found.size()) {
      DeletionFile.write(block.folder(), all);
    }
    return all;
  }

  private static void derive(
      Block block, DeletionJournal.Entry entry, Map<Long, Deletions.Entry> into)
      throws IOException {
    if (entry.matchers().isEmpty()) {
      throw new IOException(
          block.folder().resolve(DeletionFile.NAME)
              + " is missing, and the list of deletions does not know what deletion "
              + entry.id()
              + " hid");
    }
    var series = PostingsQuery.select(block.postings(), entry.matchers());
    into.put(entry.id(), new Deletions.Entry(entry.id(), series, entry.from(), entry.to()));
  }

  /** An entry for a deletion that only tombstones know. */
  private static DeletionJournal.Entry lost(
      DeletionJournal.@Nullable Entry known, Deletions.Entry entry, Block block) {
    return known != null
        ? known.with(block.meta().id())
        : new DeletionJournal.Entry(
            entry.id(),
            0,
            List.of(),
            entry.from(),
            entry.to(),
            entry.series().getCardinality(),
            Set.of(block.meta().id()),
            false);
  }

  /** Hides samples; see the storage port. */
  void delete(List<Matcher> matchers, long from, long to) throws IOException {
    long id = journal.next();
    var marks = new LinkedHashMap<Block, Deletions.Entry>();
    for (var block : blocks.all()) {
      if (block.meta().overlaps(from, to)) {
        var series = PostingsQuery.select(block.postings(), matchers);
        if (!series.isEmpty()) {
          marks.put(block, new Deletions.Entry(id, series, from, to));
        }
      }
    }
    if (marks.isEmpty()) {
      return;
    }
    if (journal.entries().stream().filter(entry -> isLeft(entry, present())).count() >= MOST) {
      throw new FaultException(
          Fault.UNAVAILABLE,
          "there are " + MOST + " deletions that can be undone; clean_tombstones makes them final");
    }
    var ids = new HashSet<String>();
    marks.keySet().forEach(block -> ids.add(block.meta().id()));
    var entry =
        new DeletionJournal.Entry(
            id, clock.getAsLong(), matchers, from, to, distinctSeries(marks), ids, false);
    var all = new ArrayList<>(journal.entries());
    all.add(entry);
    replace(id + 1, all);
    try {
      hide(marks);
    } catch (IOException | RuntimeException e) {
      withdraw(entry, marks.keySet(), e);
      throw e;
    }
  }

  private void hide(Map<Block, Deletions.Entry> marks) throws IOException {
    var deleted = new HashMap<Block, Deletions>();
    for (var mark : marks.entrySet()) {
      var of = blocks.deletions(mark.getKey()).with(mark.getValue());
      DeletionFile.write(mark.getKey().folder(), of);
      deleted.put(mark.getKey(), Deletions.in(mark.getKey(), of));
    }
    blocks.deletions(deleted);
  }

  /**
   * The deletion failed and was told so: the next start must not carry it out. Blocks whose files
   * name it already are written again, before which the journal does not forget it.
   */
  private void withdraw(DeletionJournal.Entry failed, Set<Block> marked, Exception cause) {
    synchronized (stale) {
      stale.addAll(marked);
    }
    try {
      replace(journal.next(), with(failed.asUndone()));
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    writeIfStale();
  }

  /** The entries of the journal, one of them replaced. */
  private List<DeletionJournal.Entry> with(DeletionJournal.Entry replacement) {
    var all = new ArrayList<DeletionJournal.Entry>();
    for (var entry : journal.entries()) {
      all.add(entry.id() == replacement.id() ? replacement : entry);
    }
    return all;
  }

  private static long distinctSeries(Map<Block, Deletions.Entry> marks) {
    long sum = 0;
    long most = 0;
    for (var mark : marks.values()) {
      sum += mark.series().getLongCardinality();
      most = Math.max(most, mark.series().getLongCardinality());
    }
    if (marks.size() == 1 || sum > COUNTED_APART) {
      return most;
    }
    var labels = new HashSet<>();
    marks.forEach((block, mark) -> mark.series().forEach((int id) -> labels.add(block.labels(id))));
    return labels.size();
  }

  /** Shows samples again; see the storage port. */
  Deletion undo(long id) throws IOException {
    var before = find(id);
    var present = present();
    if (before.undone()) {
      throw new FaultException(Fault.BAD_DATA, "deletion " + id + " is undone already");
    }
    if (!isLeft(before, present)) {
      throw new FaultException(
          Fault.BAD_DATA, "deletion " + id + " is final: its samples are gone from the disk");
    }
    var undone = before.asUndone();
    replace(journal.next(), with(undone));
    var shown = new HashMap<Block, Deletions>();
    for (var name : before.blocks()) {
      var block = present.get(name);
      if (block != null) {
        var of = blocks.deletions(block).without(id);
        shown.put(block, Deletions.in(block, of));
      }
    }
    // The journal is the truth: samples show from now on, and the files follow as they can.
    blocks.deletions(shown);
    synchronized (stale) {
      stale.addAll(shown.keySet());
    }
    writeIfStale();
    return told(undone, present);
  }

  /** Makes up for tombstones that could not be written before, such as on a full disk. */
  void writeIfStale() {
    synchronized (stale) {
      stale.retainAll(blocks.all());
      for (var each = stale.iterator(); each.hasNext(); ) {
        var block = each.next();
        try {
          DeletionFile.write(block.folder(), blocks.deletions(block).entries());
          each.remove();
        } catch (IOException e) {
          var file = block.folder().resolve(DeletionFile.NAME);
          LOGGER.warn("{} cannot be written; trying again later", file, e);
        }
      }
    }
  }

  private DeletionJournal.Entry find(long id) {
    for (var entry : journal.entries()) {
      if (entry.id() == id) {
        return entry;
      }
    }
    throw new FaultException(
        Fault.NOT_FOUND, "there is no deletion " + id + "; /api/v1/admin/tsdb/deletions lists all");
  }

  /** All deletions that are remembered. */
  List<Deletion> all() {
    var present = present();
    return journal.entries().stream().map(entry -> told(entry, present)).toList();
  }

  /** Blocks from which something was deleted after a moment, and that can still be brought back. */
  Set<String> blocksOfThoseAfter(long created) {
    var names = new HashSet<String>();
    for (var entry : journal.entries()) {
      if (!entry.undone() && entry.created() > created) {
        names.addAll(entry.blocks());
      }
    }
    return names;
  }

  /** Writes the journal into the folder of a copy of the store. */
  void copyTo(Path copy) throws IOException {
    journal.write(copy);
  }

  private Map<String, Block> present() {
    var byName = new HashMap<String, Block>();
    blocks.all().forEach(block -> byName.put(block.meta().id(), block));
    return byName;
  }

  private static boolean isLeft(DeletionJournal.Entry entry, Map<String, Block> present) {
    return !entry.undone() && entry.blocks().stream().anyMatch(present::containsKey);
  }

  private static Deletion told(DeletionJournal.Entry entry, Map<String, Block> present) {
    int left = (int) entry.blocks().stream().filter(present::containsKey).count();
    var state =
        entry.undone()
            ? State.UNDONE
            : left == 0
                ? State.FINAL
                : left < entry.blocks().size() ? State.PARTLY_FINAL : State.ACTIVE;
    return new Deletion(
        entry.id(),
        entry.created(),
        entry.matchers(),
        entry.from(),
        entry.to(),
        entry.series(),
        entry.blocks().size(),
        left,
        state);
  }

  private boolean hasStale() {
    synchronized (stale) {
      return !stale.isEmpty();
    }
  }

  /** Replaces the journal, less the oldest of those that nothing can be done about any more. */
  private void replace(long next, List<DeletionJournal.Entry> entries) throws IOException {
    var present = present();
    long over =
        hasStale()
            ? 0 // files may still name what was undone, which must not be forgotten before
            : entries.stream().filter(entry -> !isLeft(entry, present)).count() - REMEMBERED;
    var kept = new ArrayList<DeletionJournal.Entry>();
    for (var entry : entries) {
      if (over > 0 && !isLeft(entry, present)) {
        over--;
      } else {
        kept.add(entry);
      }
    }
    var replaced = new DeletionJournal(next, kept);
    replaced.write(directory);
    journal = replaced;
  }

  /** The series of a block of which nothing is left to see. */
  static RoaringBitmap hiddenIn(Block block, List<Deletions.Entry> entries) {
    var hidden = new RoaringBitmap();
    var partly = new RoaringBitmap();
    for (var entry : entries) {
      boolean whole =
          entry.from() <= block.meta().minTime() && entry.to() >= block.meta().maxTime();
      (whole ? hidden : partly).or(entry.series());
    }
    partly.andNot(hidden);
    var deletions = new Deletions(entries, hidden);
    try {
      partly.forEach(
          (int id) -> {
            if (isCovered(block, id, deletions.ranges(id))) {
              hidden.add(id);
            }
          });
    } catch (FaultException e) { // the block tells its damage itself; nothing deleted shows by this
      return hidden;
    }
    return hidden;
  }

  private static boolean isCovered(Block block, int id, long[] ranges) {
    var pages = block.pages(id, Long.MIN_VALUE, Long.MAX_VALUE);
    while (pages.next()) {
      boolean covered = false;
      for (int i = 0; i < ranges.length && !covered; i += 2) {
        covered = ranges[i] <= pages.minTime() && ranges[i + 1] >= pages.maxTime();
      }
      if (!covered) {
        return false;
      }
    }
    return true;
  }
}
