/* JavaMaps.java - maps of java.util.concurrent as a peer of the harness.
 *
 * usage: java JavaMaps STRUCTURE SCHEME, with requests on standard input; see README.md.
 * Threads cannot be bound in Java: they run where the kernel lets them.
 */
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;

public final class JavaMaps {
    private static final int FILL = 0, WARM_UP = 1, MEASURE = 2, STOP = 3;
    private static final long REHEARSAL = 1_000_000_000L;
    private static final ThreadMXBean CLOCKS = ManagementFactory.getThreadMXBean();

    private final JavaWork work;
    private final ConcurrentMap<Long, Long> map;
    private final Worker[] workers;
    private final CountDownLatch filled, open = new CountDownLatch(1);
    private volatile int phase = FILL;
    private long begun, ended;

    private JavaMaps(JavaWork work, ConcurrentMap<Long, Long> map, int threads) {
        this.work = work;
        this.map = map;
        workers = new Worker[threads];
        filled = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++)
            workers[i] = new Worker(i);
    }

    /* What a thread did, by its own account, and when. */
    private static final class Mark {
        long gets, inserts, deletes, hits, inserted, deleted, wall, cpu;

        void copy(Mark other) {
            gets = other.gets;
            inserts = other.inserts;
            deletes = other.deletes;
            hits = other.hits;
            inserted = other.inserted;
            deleted = other.deleted;
        }
    }

    private final class Worker extends Thread {
        final Mark now = new Mark(), begin = new Mark(), end = new Mark();
        private final int index;
        private final JavaWork.Stream stream;
        long filledKeys;

        Worker(int index) {
            this.index = index;
            stream = work.new Stream(index);
        }

        private void fill() {
            for (long i = index; i < work.prefill; i += workers.length) {
                long key = work.prefillKey(i);
                if (map.putIfAbsent(key, JavaWork.valueOf(key)) == null)
                    filledKeys++;
            }
        }

        private void workWhile(int mine) {
            while (phase == mine) {
                int operation = stream.operation();
                long key = stream.key();
                if (operation == JavaWork.GET) {
                    now.gets++;
                    if (map.get(key) != null)
                        now.hits++;
                } else if (operation == JavaWork.INSERT) {
                    now.inserts++;
                    if (map.putIfAbsent(key, JavaWork.valueOf(key)) == null)
                        now.inserted++;
                } else {
                    now.deletes++;
                    if (map.remove(key) != null)
                        now.deleted++;
                }
            }
        }

        @Override
        public void run() {
            fill();
            filled.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                return;
            }
            workWhile(WARM_UP);
            begin.copy(now);
            begin.cpu = CLOCKS.getCurrentThreadCpuTime();
            begin.wall = System.nanoTime();
            workWhile(MEASURE);
            end.wall = System.nanoTime();
            end.cpu = CLOCKS.getCurrentThreadCpuTime();
            end.copy(now);
        }
    }

    private static void sleep(long nanoseconds) throws InterruptedException {
        Thread.sleep(nanoseconds / 1_000_000, (int) (nanoseconds % 1_000_000));
    }

    private void run(long warmUp, long duration) throws InterruptedException {
        for (Worker w : workers)
            w.start();
        filled.await();
        phase = WARM_UP;
        open.countDown();
        sleep(warmUp);
        phase = MEASURE;
        begun = System.nanoTime();
        sleep(duration);
        phase = STOP;
        ended = System.nanoTime();
        for (Worker w : workers)
            w.join();
    }

    /* As in harness/worker.h: a thread's own clock, but no later than who told it. */
    private double seconds(Worker w) {
        return (Math.min(w.end.wall, ended) - Math.min(w.begin.wall, begun)) / 1e9;
    }

    private String answer() {
        long gets = 0, inserts = 0, deletes = 0, hits = 0, inserted = 0, deleted = 0;
        long added = 0, cpu = 0;
        double seconds = 0, mops = 0;

        for (Worker w : workers) {
            Mark b = w.begin, e = w.end;
            long operations = e.gets + e.inserts + e.deletes - b.gets - b.inserts - b.deletes;
            gets += e.gets - b.gets;
            inserts += e.inserts - b.inserts;
            deletes += e.deletes - b.deletes;
            hits += e.hits - b.hits;
            inserted += e.inserted - b.inserted;
            deleted += e.deleted - b.deleted;
            added += w.filledKeys + e.inserted - e.deleted;
            cpu += e.cpu - b.cpu;
            seconds += seconds(w) / workers.length;
            mops += seconds(w) > 0 ? operations / seconds(w) / 1e6 : 0;
        }
        return String.format(Locale.ROOT,
            "done seconds=%.9g gets=%d inserts=%d deletes=%d hits=%d inserted=%d"
            + " deleted=%d mops=%.9g cpu_ns=%d added=%d left=%d work=%s",
            seconds, gets, inserts, deletes, hits, inserted, deleted, mops, cpu, added,
            map.size(), Long.toUnsignedString(work.fingerprint(workers.length)));
    }

    private static ConcurrentMap<Long, Long> create(String structure, long capacity) {
        switch (structure) {
        case "java_hash_map":
            return new ConcurrentHashMap<>((int) Math.max(capacity, 16));
        case "java_skip_list":
            return new ConcurrentSkipListMap<>();
        default:
            return null;
        }
    }

    /* Code is compiled while it runs: before the first answer it runs for a second. */
    private static void rehearse(String structure) throws InterruptedException {
        JavaWork work = new JavaWork(new Request(
            "run keys=20000 prefill=10000 insert=250 delete=250 seed=1"));
        new JavaMaps(work, create(structure, 10000), 1).run(REHEARSAL / 2, REHEARSAL / 2);
    }

    private static String run(String structure, Request request) throws InterruptedException {
        JavaMaps maps = new JavaMaps(new JavaWork(request),
            create(structure, request.count("capacity")), (int) request.count("threads"));
        maps.run(request.nanoseconds("warmup"), request.nanoseconds("duration"));
        return maps.answer();
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String structure = arguments.length > 0 ? arguments[0] : "";
        if (create(structure, 0) == null) {
            System.err.println("JavaMaps: no map '" + structure + "' here");
            System.exit(2);
        }
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in));
        boolean rehearsed = false;
        for (String line; (line = requests.readLine()) != null; rehearsed = true) {
            if (!rehearsed)
                rehearse(structure);
            try {
                System.out.println(run(structure, new Request(line)));
            } catch (IllegalArgumentException | OutOfMemoryError e) {
                System.out.println("failed " + e.getMessage());
            }
            System.out.flush();
        }
    }
}
