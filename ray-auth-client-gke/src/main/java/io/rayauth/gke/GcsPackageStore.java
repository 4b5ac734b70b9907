package io.rayauth.gke;

import io.rayauth.gke.internal.api.ApiRoot;
import io.rayauth.gke.internal.api.StorageApi;
import io.rayauth.job.PackageStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/**
 * Keeps packages that are too large for the dashboard in a bucket of Cloud Storage, from which the
 * nodes of a Ray cluster fetch them by {@code gs://} addresses.
 *
 * <p>The caller needs {@code storage.objects.get} and {@code storage.objects.create} on the bucket,
 * which the roles {@code roles/storage.objectViewer} and {@code roles/storage.objectCreator} have;
 * the nodes need the first of them, and an image with {@code smart_open[gcs]}. Objects are never
 * deleted: give the bucket a lifecycle rule.
 *
 * <p>Immutable and thread-safe. A package is sent in requests of 8 MiB, and seen by nobody before
 * its last byte is there. Each request is repeated for up to two minutes after its first failure,
 * at most ten times, and an upload goes on where it broke. An interrupt ends a pause at once and an
 * upload at its next byte; an answer is waited for up to 20 seconds.
 */
public final class GcsPackageStore implements PackageStore {
  /** What Cloud Storage takes for a bucket's name. */
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

  /** Names that stand for themselves in an address, so that nothing in between rewrites them. */
  private static final Pattern PREFIX = Pattern.compile("((?!\\.{1,2}(/|$))[\\w.-]+(/(?!$)|$))+");

  private final String bucket;
  private final String prefix;
  private final GoogleTokenProvider tokens;
  private final ApiRoot root;
  private final StorageApi api;

  private GcsPackageStore(String bucket, String prefix, GoogleTokenProvider tokens, ApiRoot root) {
    this.bucket = bucket;
    this.prefix = prefix;
    this.tokens = tokens;
    this.root = root;
    this.api = new StorageApi(tokens.account(), root, bucket);
  }

  /**
   * Returns a store in a bucket, used as the application default credentials.
   *
   * @param bucket its name, without {@code gs://}
   * @return a store that has asked for nothing yet
   * @throws IllegalArgumentException if no bucket can have that name
   */
  public static GcsPackageStore of(String bucket) {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no name of a bucket; it has 3 or more of a-z, 0-9, '.', '_' and '-', without gs://"
              .formatted(bucket));
    }
    return new GcsPackageStore(
        bucket, "", GoogleTokenProvider.applicationDefault(), ApiRoot.OF_UNIVERSE);
  }

  /**
   * Puts the packages into a folder of the bucket.
   *
   * @param prefix such as {@code ray/packages}, of letters, digits, {@code .}, {@code _}, {@code -}
   *     and {@code /}
   * @return a store like this one. <i>Default: none.</i>
   * @throws IllegalArgumentException if it has other characters, or is not a relative path
   */
  public GcsPackageStore prefix(String prefix) {
    String folder = prefix.replaceAll("/+$", "");
    if (!PREFIX.matcher(folder).matches()) {
      throw new IllegalArgumentException(
          "the prefix '%s' must be names of letters, digits, '.', '_' and '-', with '/' between them"
              .formatted(prefix));
    }
    return new GcsPackageStore(bucket, folder + "/", tokens, root);
  }

  /**
   * Uses the bucket as somebody else. The project of {@link GoogleTokenProvider#quotaProject} pays
   * for the requests if the bucket wants that.
   *
   * @param tokens whose
   * @return a store like this one. <i>Default: the application default credentials.</i>
   */
  public GcsPackageStore using(GoogleTokenProvider tokens) {
    return new GcsPackageStore(bucket, prefix, tokens, root);
  }

  /**
   * Asks Cloud Storage at another address, such as that of a Private Service Connect endpoint.
   *
   * @param address an https address, or plain http on loopback for tests
   * @return a store like this one. <i>Default: {@code https://storage.googleapis.com}, or that of
   *     the universe that the credentials belong to.</i>
   * @throws IllegalArgumentException if the token could be read on its way there
   */
  public GcsPackageStore apiAddress(URI address) {
    return new GcsPackageStore(bucket, prefix, tokens, ApiRoot.at(address));
  }

  /**
   * {@inheritDoc}
   *
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  @Override
  public Optional<URI> find(String name) throws IOException {
    return api.size(prefix + name).map(size -> address(name));
  }

  /**
   * {@inheritDoc}
   *
   * <p>If somebody else stores the same package at the same time, the one that is there first
   * stays.
   *
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  @Override
  public URI store(String name, Path zip, LongConsumer sent) throws IOException {
    long size = Files.size(zip);
    if (!api.create(prefix + name, zip, size, sent)) {
      checkTheOther(name, size);
    }
    return address(name);
  }

  private void checkTheOther(String name, long size) throws IOException {
    long there =
        api.size(prefix + name)
            .orElseThrow(() ->
                new IOException(
                    address(name) + " was there and is gone; does somebody delete packages?"));
    if (there != size) {
      throw new IOException(
          "%s is there, with %,d bytes instead of %,d; somebody else put another file under its name, so delete it if no job needs it"
              .formatted(address(name), there, size));
    }
  }

  private URI address(String name) {
    try {
      return new URI("gs", bucket, "/" + prefix + name, null, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no address can end with '" + name + "'", e);
    }
  }

  /** Names the bucket. */
  @Override
  public String toString() {
    return "gs://%s/%s, as %s".formatted(bucket, prefix, tokens);
  }
}
