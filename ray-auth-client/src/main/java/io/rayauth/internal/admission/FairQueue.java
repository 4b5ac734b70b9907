package io.rayauth.internal.admission;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Orders tickets: a higher priority first, groups of one priority in turns, first come first served
 * within a group. Every operation takes the logarithm of the number of priorities. Not thread-safe.
 */
final class FairQueue {
  /** By priority, then by group in the order of their turns. */
  private final TreeMap<Integer, Map<String, Set<Ticket>>> levels =
      new TreeMap<>(Comparator.reverseOrder());

  boolean isEmpty() {
    return levels.isEmpty();
  }

  void add(Ticket ticket) {
    levels
        .computeIfAbsent(ticket.place().priority(), unused -> new LinkedHashMap<>())
        .computeIfAbsent(ticket.place().group(), unused -> new LinkedHashSet<>())
        .add(ticket);
  }

  /** Takes out whoever is next and sends its group to the end of its level; null if empty. */
  @Nullable Ticket poll() {
    if (levels.isEmpty()) {
      return null;
    }
    Map<String, Set<Ticket>> level = levels.firstEntry().getValue();
    Map.Entry<String, Set<Ticket>> first = level.entrySet().iterator().next();
    Ticket ticket = first.getValue().iterator().next();
    Set<Ticket> group = level.remove(first.getKey());
    level.put(ticket.place().group(), group);
    remove(ticket);
    return ticket;
  }

  /** Takes one out wherever it stands; tells whether it was there. */
  boolean remove(Ticket ticket) {
    int priority = ticket.place().priority();
    String group = ticket.place().group();
    Map<String, Set<Ticket>> level = levels.getOrDefault(priority, Map.of());
    Set<Ticket> tickets = level.getOrDefault(group, Set.of());
    if (!tickets.contains(ticket)) {
      return false;
    }
    tickets.remove(ticket);
    if (tickets.isEmpty()) {
      level.remove(group);
    }
    if (level.isEmpty()) {
      levels.remove(priority);
    }
    return true;
  }
}
