package io.rayauth.gke.internal.api;

import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.InputStreamContent;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.gke.internal.identity.Secrets;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Asks one bucket of Cloud Storage for objects and creates them (storage.googleapis.com, JSON API
 * v1). Thread-safe.
 */
public final class StorageApi {
  /** How much is sent in one request and held in memory meanwhile; a multiple of 256 KiB. */
  private static final int CHUNK = 8 << 20;

  private static final int NOT_FOUND = 404;
  private static final int GONE = 410;
  private static final int PRECONDITION_FAILED = 412;

  private final GoogleAccount account;
  private final ApiRoot root;
  private final String bucket;

  /**
   * Creates a way to a bucket; sends nothing.
   *
   * @param root where it is asked
   */
  public StorageApi(GoogleAccount account, ApiRoot root, String bucket) {
    this.account = account;
    this.root = root;
    this.bucket = bucket;
  }

  /** Is what is done with the client that Google generates. */
  private interface Call<T> {
    T on(Storage.Objects objects) throws IOException;
  }

  /**
   * Returns how many bytes an object has, empty if there is none.
   *
   * @throws IOException if the bucket is not there, or may not be read
   */
  public Optional<Long> size(String object) throws IOException {
    return call(
        "looking for gs://%s/%s".formatted(bucket, object),
        objects -> {
          try {
            return Optional.of(
                objects.get(bucket, object).setFields("size").execute().getSize().longValueExact());
          } catch (HttpResponseException e) {
            if (e.getStatusCode() != NOT_FOUND || StorageFailure.isOfNoBucket(e)) {
              throw e;
            }
            return Optional.empty();
          }
        });
  }

  /**
   * Creates an object, which is seen by nobody before the last byte is there.
   *
   * @param sent is told after each chunk how many bytes have arrived
   * @return false if an object of that name is there already, whose bytes stay what they are
   * @throws IOException if it was not created
   */
  public boolean create(String object, Path file, long size, LongConsumer sent) throws IOException {
    return call(
        "uploading gs://%s/%s".formatted(bucket, object),
        objects -> {
          try {
            upload(objects, object, file, size, sent);
            return true;
          } catch (HttpResponseException e) {
            if (e.getStatusCode() != PRECONDITION_FAILED) {
              throw e;
            }
            return false;
          }
        });
  }

  /** Cloud Storage may forget an upload that has begun, and wants it begun anew then. */
  private void upload(
      Storage.Objects objects, String object, Path file, long size, LongConsumer sent)
      throws IOException {
    try {
      uploadOnce(objects, object, file, size, sent);
    } catch (HttpResponseException e) {
      boolean forgotten =
          e.getStatusCode() == GONE
              || (e.getStatusCode() == NOT_FOUND && !StorageFailure.isOfNoBucket(e));
      if (!forgotten) {
        throw e;
      }
      uploadOnce(objects, object, file, size, sent);
    }
  }

  /** An interrupt closes the channel, so it ends an upload at the next byte that is read. */
  private void uploadOnce(
      Storage.Objects objects, String object, Path file, long size, LongConsumer sent)
      throws IOException {
    try (InputStream bytes = Channels.newInputStream(FileChannel.open(file))) {
      Storage.Objects.Insert insert =
          objects.insert(
              bucket,
              new StorageObject().setName(object),
              new InputStreamContent("application/octet-stream", bytes).setLength(size));
      insert.setIfGenerationMatch(0L).setFields("size").setDisableGZipContent(true);
      insert
          .getMediaHttpUploader()
          .setChunkSize(CHUNK)
          .setProgressListener(uploader -> sent.accept(uploader.getNumBytesUploaded()));
      insert.execute();
    }
  }

  private <T> T call(String doing, Call<T> call) throws IOException {
    try {
      return call.on(client().objects());
    } catch (TokenUnavailableException e) {
      throw new IOException(doing + " failed: " + e.getMessage(), e);
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new RayInterruptedException("interrupted while " + doing, new InterruptedException());
      }
      throw StorageFailure.of(doing, bucket, Secrets.of(account.credentials()), e);
    }
  }

  private Storage client() throws IOException {
    GoogleCredentials credentials = account.credentials();
    Storage.Builder builder =
        new Storage.Builder(
            account.surroundings().http().create(),
            GsonFactory.getDefaultInstance(),
            request -> new Attempts(account).attachTo(request));
    root.applyTo(builder, credentials);
    return builder.build();
  }
}
