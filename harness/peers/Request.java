/* Request.java - the fields of a line of the harness, `name=value` between blanks. */
import java.util.HashMap;
import java.util.Map;

final class Request {
    private final Map<String, String> fields = new HashMap<>();

    Request(String line) {
        for (String word : line.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0)
                fields.put(word.substring(0, equals), word.substring(equals + 1));
        }
    }

    private String text(String name) {
        String value = fields.get(name);
        if (value == null)
            throw new IllegalArgumentException("the request does not say " + name);
        return value;
    }

    long count(String name) {
        return Long.parseUnsignedLong(text(name));
    }

    long nanoseconds(String name) {
        return (long) (Double.parseDouble(text(name)) * 1e9);
    }
}
