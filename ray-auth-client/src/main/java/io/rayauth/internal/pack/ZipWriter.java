package io.rayauth.internal.pack;

import io.rayauth.error.PackageException;
import io.rayauth.internal.pack.DeflateBlock.Method;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Writes a zip that a Ray node unpacks as it does Ray's own: with Unix modes, and nothing else of
 * the machine it was made on. The same entries give the same bytes, however many threads there are.
 *
 * <p>What is added is deflated by threads of this writer while the caller reads on, and written by
 * the caller's thread in the order it was added (measured in {@code docs/decisions/0010}). Holds a
 * few blocks for each thread, and of each entry what the list at the end of the zip says of it.
 */
final class ZipWriter implements Closeable {
  /** One thread reads and hashes about as fast as this many deflate. */
  private static final int MOST_THREADS = 8;

  /** Less than this is packed sooner than another thread has taken it. */
  private static final int WORTH_A_THREAD = 4 * 1024;

  /**
   * A sample that does not shrink below this part of it is of a file that is compressed already.
   */
  private static final double SHRINKS = 0.9;

  private static final int SAMPLE = 16 * 1024;

  /**
   * Is what comes next in the zip.
   *
   * @param block a piece of the entry; null if it is a folder
   * @param deflated ends when the block is; null if it is already
   */
  private record Piece(
      ZipRecord entry, @Nullable DeflateBlock block, @Nullable Future<?> deflated) {}

  private final Path file;
  private final OutputStream out;
  private final ExecutorService threads;
  private final int mostBlocks;
  private final List<DeflateBlock> blocks = new ArrayList<>();
  private final Deque<DeflateBlock> idle = new ArrayDeque<>();
  private final Deque<Piece> underWay = new ArrayDeque<>();
  private final List<byte[]> list = new ArrayList<>();
  private final Deflater sampler = new Deflater(Deflater.BEST_SPEED);
  private final byte[] scratch = new byte[SAMPLE];
  private final CRC32 crc = new CRC32();
  private long written;

  /** Creates the file anew; no thread is started before there is work for it. */
  ZipWriter(Path file) {
    this.file = file;
    try {
      this.out = new BufferedOutputStream(Files.newOutputStream(file), 64 * 1024);
    } catch (IOException e) {
      throw cannotBeWritten(e);
    }
    int cores = Math.min(Runtime.getRuntime().availableProcessors(), MOST_THREADS);
    this.mostBlocks = 2 * cores + 1;
    this.threads =
        Executors.newFixedThreadPool(
            cores,
            work -> {
              Thread thread = new Thread(work, "ray-auth-client-pack");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns how many bytes were written so far; a few blocks may still be on their way. */
  long size() {
    return written;
  }

  void folder(String name, int mode) {
    underWay.add(new Piece(ZipRecord.folder(name, mode), null, null));
  }

  /**
   * Begins a file, which has to be ended before the next entry.
   *
   * @param announced how large it probably is
   * @param sample the beginning of its content, which still has to be added
   */
  OpenFile file(String name, int mode, long announced, byte[] sample, int length)
      throws IOException {
    return new OpenFile(
        ZipRecord.file(name, mode, announced),
        length < SAMPLE || shrinks(sample) ? Method.DEFLATE : Method.STORE);
  }

  /** Writes the list of entries and closes the file; nothing can be added afterwards. */
  void finish() throws IOException {
    while (!underWay.isEmpty()) {
      writeNext();
    }
    long start = written;
    for (byte[] entry : list) {
      write(entry);
    }
    write(ZipRecord.end(list.size(), start, written - start));
    closeFile();
  }

  /** Ends the threads, and closes the file if that was not done. */
  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    blocks.forEach(DeflateBlock::release);
    sampler.end();
    closeFile();
  }

  /** Writes what is still in the buffer. */
  private void closeFile() throws IOException {
    try {
      out.close();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw cannotBeWritten(e);
    }
  }

  /** Is a file that is being added. */
  final class OpenFile {
    private final ZipRecord entry;
    private DeflateBlock block;
    private long size;

    private OpenFile(ZipRecord entry, Method method) throws IOException {
      this.entry = entry;
      this.block = idleBlock();
      block.begin(method);
      crc.reset();
    }

    void add(byte[] buffer, int length) throws IOException {
      crc.update(buffer, 0, length);
      size += length;
      for (int from = 0; from < length; ) {
        if (block.isFull()) {
          DeflateBlock next = idleBlock();
          next.follow(block);
          deflate(entry, block);
          block = next;
        }
        from += block.fill(buffer, from, length - from);
      }
    }

    void end() {
      entry.held(crc.getValue(), size);
      block.endsTheFile();
      deflate(entry, block);
    }
  }

  private DeflateBlock idleBlock() throws IOException {
    while (idle.isEmpty() && blocks.size() == mostBlocks) {
      writeNext();
    }
    DeflateBlock block = idle.poll();
    if (block == null) {
      block = new DeflateBlock();
      blocks.add(block);
    }
    return block;
  }

  private void deflate(ZipRecord entry, DeflateBlock block) {
    if (block.inputLength() < WORTH_A_THREAD) {
      block.pack();
      underWay.add(new Piece(entry, block, null));
    } else {
      underWay.add(new Piece(entry, block, threads.submit(block::pack)));
    }
  }

  private void writeNext() throws IOException {
    Piece piece = underWay.remove();
    ZipRecord entry = piece.entry();
    DeflateBlock block = piece.block();
    if (block == null) {
      begin(entry);
      list.add(entry.listed());
      return;
    }
    awaitDeflated(piece.deflated());
    if (block.isFirst()) {
      begin(entry);
    }
    write(block.output(), block.outputLength());
    entry.addPacked(block.outputLength());
    if (block.isLast()) {
      write(entry.descriptor());
      list.add(entry.listed());
    }
    idle.add(block);
  }

  private void begin(ZipRecord entry) throws IOException {
    entry.beginsAt(written);
    write(entry.header());
  }

  private static void awaitDeflated(@Nullable Future<?> deflated) throws IOException {
    if (deflated == null) {
      return;
    }
    try {
      deflated.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a block could not be deflated", e.getCause());
    }
  }

  private void write(byte[] bytes) throws IOException {
    write(bytes, bytes.length);
  }

  private void write(byte[] bytes, int length) throws IOException {
    try {
      out.write(bytes, 0, length);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw cannotBeWritten(e);
    }
    written += length;
  }

  private PackageException cannotBeWritten(IOException cause) {
    return new PackageException(
        "%s cannot be written: %s. The folder for temporary files (java.io.tmpdir) needs room for the package"
            .formatted(file, cause.getMessage()),
        cause);
  }

  private boolean shrinks(byte[] sample) {
    sampler.reset();
    sampler.setInput(sample, 0, SAMPLE);
    sampler.finish();
    return sampler.deflate(scratch) < SAMPLE * SHRINKS && sampler.finished();
  }
}
