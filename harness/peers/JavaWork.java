/* JavaWork.java - which operations on which keys: harness/workload.h once more, so that
 * a Java map meets the same keys in the same order as all others.
 */
final class JavaWork {
    static final int GET = 0, INSERT = 1, DELETE = 2;
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final long OF_PREFILL = 0xf111, OF_THREADS = 0x7ead;
    private static final int LOOKED_AT = 1000;

    final long keys, prefill;
    private final long insert, updates; /* of a draw from [0, 1000) */
    private final long streams;
    private final long[] rounds = new long[4]; /* of the bijection that orders keys */
    private int half = 1;

    JavaWork(Request request) {
        keys = request.count("keys");
        prefill = request.count("prefill");
        insert = request.count("insert");
        updates = insert + request.count("delete");
        streams = mixSeeds(request.count("seed"), OF_THREADS);
        Splitmix words = new Splitmix(mixSeeds(request.count("seed"), OF_PREFILL));
        for (int i = 0; i < 4; i++)
            rounds[i] = words.next();
        while (half < 32 && (keys - 1) >>> (2 * half) != 0)
            half++;
    }

    private static final class Splitmix {
        private long state;

        Splitmix(long state) {
            this.state = state;
        }

        long next() {
            long x = state += GOLDEN;
            x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
            x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
            return x ^ x >>> 31;
        }
    }

    private static long mixSeeds(long a, long b) {
        return new Splitmix(new Splitmix(a).next() ^ b).next();
    }

    static long valueOf(long key) {
        return ~key * GOLDEN;
    }

    private static long highWord(long a, long b) {
        return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    }

    /* A thread's random words: xoshiro256**. */
    final class Stream {
        private long s0, s1, s2, s3;

        Stream(int thread) {
            Splitmix words = new Splitmix(mixSeeds(streams, thread));
            s0 = words.next();
            s1 = words.next();
            s2 = words.next();
            s3 = words.next();
        }

        private long next() {
            long word = Long.rotateLeft(s1 * 5, 7) * 9, shifted = s1 << 17;
            s2 ^= s0;
            s3 ^= s1;
            s1 ^= s2;
            s0 ^= s3;
            s2 ^= shifted;
            s3 = Long.rotateLeft(s3, 45);
            return word;
        }

        int operation() {
            long draw = highWord(next(), 1000);
            return draw >= updates ? GET : draw < insert ? INSERT : DELETE;
        }

        long key() {
            long word = next(), low = word * keys;
            if (Long.compareUnsigned(low, keys) < 0) {
                long least = Long.remainderUnsigned(-keys, keys);
                while (Long.compareUnsigned(low, least) < 0) {
                    word = next();
                    low = word * keys;
                }
            }
            return highWord(word, keys);
        }
    }

    private long scatterOnce(long x) {
        long mask = (1L << half) - 1, left = x >>> half, right = x & mask;
        for (long round : rounds) {
            long mixed = (right ^ round) * GOLDEN;
            long next = left ^ ((mixed ^ mixed >>> 29) * 0xbf58476d1ce4e5b9L >>> 32 & mask);
            left = right;
            right = next;
        }
        return left << half | right;
    }

    /* The i-th key of the prefill. */
    long prefillKey(long i) {
        do
            i = scatterOnce(i);
        while (Long.compareUnsigned(i, keys) >= 0);
        return i;
    }

    /* What the harness compares: see qs_peer_work(). */
    long fingerprint(int threads) {
        long sum = 0;
        for (long i = 0; i < Math.min(prefill, LOOKED_AT); i++)
            sum = sum * 31 + prefillKey(i);
        for (int t = 0; t < threads; t++) {
            Stream stream = new Stream(t);
            for (int i = 0; i < LOOKED_AT; i++) {
                int operation = stream.operation();
                sum = sum * 31 + stream.key() * 4 + operation;
            }
        }
        return sum;
    }
}
