package io.rayauth.kubernetes;

import io.rayauth.error.RayAuthException.RefusedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Tells why a cluster refused somebody: which hop, by which scheme, whom, what is missing, and what
 * to do. {@link #toString()} is the text for people.
 *
 * <p>Immutable and thread-safe; holds no part of a token.
 */
public final class Explanation {
  private final RefusedBy hop;
  private final @Nullable AuthScheme scheme;
  private final @Nullable String user;
  private final @Nullable String missingVerb;
  private final @Nullable String suggestedManifest;
  private final String summary;
  private final String nextStep;
  private final List<String> findings;
  private final List<String> unseen;

  private Explanation(Notes notes) {
    this.hop = notes.hop;
    this.scheme = notes.scheme;
    this.user = notes.user;
    this.missingVerb = notes.missingVerb;
    this.suggestedManifest = notes.suggestedManifest;
    this.summary = notes.summary;
    this.nextStep = notes.nextStep;
    this.findings = List.copyOf(notes.findings);
    this.unseen = List.copyOf(notes.unseen);
  }

  /** Collects what is found out; not thread-safe. */
  static final class Notes {
    final RefusedBy hop;
    final List<String> findings = new ArrayList<>();
    final List<String> unseen = new ArrayList<>();
    @Nullable AuthScheme scheme;
    @Nullable String user;
    @Nullable String missingVerb;
    @Nullable String suggestedManifest;
    private String summary = "";
    private String nextStep = "";

    Notes(RefusedBy hop) {
      this.hop = hop;
    }

    /** Keeps the first conclusion: what is looked at first is what is most likely. */
    void conclude(String conclusion, String todo) {
      if (summary.isEmpty()) {
        summary = conclusion;
        nextStep = todo;
      }
    }

    boolean isConcluded() {
      return !summary.isEmpty();
    }

    Explanation explanation() {
      return new Explanation(this);
    }
  }

  /**
   * Returns the hop that refused.
   *
   * @return as the refusal has it
   */
  public RefusedBy hop() {
    return hop;
  }

  /**
   * Returns who checks the callers of the cluster.
   *
   * @return empty if the RayCluster could not be read and the refusal does not tell
   */
  public Optional<AuthScheme> scheme() {
    return Optional.ofNullable(scheme);
  }

  /**
   * Returns who was refused, as the API server names it.
   *
   * @return such as {@code system:serviceaccount:default:ray-user}; empty if nobody said
   */
  public Optional<String> user() {
    return Optional.ofNullable(user);
  }

  /**
   * Returns the verb that the user lacks on the RayCluster.
   *
   * @return such as {@code create}; empty if that is not the reason, or not known to be
   */
  public Optional<String> missingVerb() {
    return Optional.ofNullable(missingVerb);
  }

  /**
   * Returns a Role and a RoleBinding that would give the user what is missing.
   *
   * @return YAML; empty if rights are not the reason
   */
  public Optional<String> suggestedManifest() {
    return Optional.ofNullable(suggestedManifest);
  }

  /**
   * Returns the reason in one sentence.
   *
   * @return the most likely reason
   */
  public String summary() {
    return summary;
  }

  /**
   * Returns what to do about it.
   *
   * @return one step, or several in their order
   */
  public String nextStep() {
    return nextStep;
  }

  /**
   * Returns what was looked at and what was there.
   *
   * @return in the order in which it was looked at
   */
  public List<String> findings() {
    return findings;
  }

  /**
   * Returns what could not be looked at, and why.
   *
   * @return empty if everything was seen
   */
  public List<String> unseen() {
    return unseen;
  }

  /** Returns all of it as text for people. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner("\n");
    text.add(summary);
    findings.forEach(finding -> text.add("- " + finding));
    unseen.forEach(blind -> text.add("- not seen: " + blind));
    text.add("Next step: " + nextStep);
    suggestedManifest().ifPresent(text::add);
    return text.toString();
  }
}
