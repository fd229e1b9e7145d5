import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** The health check of an image that has no shell: {@code Probe PORT [PATH]} ends with 0 if that answers 200. */
final class Probe {

    private static final int PATIENCE_MILLIS = 3000;
    private static final int OK = 200;

    private Probe() {}

    public static void main(String[] args) throws IOException {
        String path = args.length > 1 ? args[1] : "/q/health/ready";
        HttpURLConnection call = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + args[0] + path).toURL().openConnection();
        call.setConnectTimeout(PATIENCE_MILLIS);
        call.setReadTimeout(PATIENCE_MILLIS);
        System.exit(call.getResponseCode() == OK ? 0 : 1);
    }
}
