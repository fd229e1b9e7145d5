package dev.latchkey.sandbox.partner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;

/** What Cryptonex' methods take and answer, as its document shows them; the values are made up. */
final class CryptonexMethods {

    private static final String NOW = "2018-01-30 12:15:23.026104";

    private CryptonexMethods() {}

    /** The result; refused with 404 for an unknown method, with 400 for wrong parameters. */
    static JsonNode call(String method, ObjectNode params) {
        Fields f = new Fields(params);
        ObjectNode result = StrictJson.object();
        switch (method) {
            case "user.account_list" -> accounts(result);
            case "account.withdraw" -> withdraw(f, result);
            case "transaction.list" -> transactions(f, result);
            case "currency_pair.get_rate_list" ->
                result.putArray("rates").addObject().put("alias", "CNX/BTC").put("ask", "0.0007866");
            case "currency.convert" -> convert(f, result);
            case "user.info" -> result.put("id", 2).put("auth_2fa", false).put("post_stamp", NOW);
            default -> throw new Refusal(404, "not_found", "unknown method");
        }
        f.done();
        return result;
    }

    private static void accounts(ObjectNode result) {
        result.putArray("accounts")
                .addObject()
                .put("balance", "0")
                .put("currency", "btc")
                .put("hash", "14x2insrz24PirkRA73TFwvNRYTKqbwxEQ")
                .put("type", "crypto");
    }

    private static void withdraw(Fields f, ObjectNode result) {
        String from = f.requiredText("from_hash");
        f.requiredText("to_hash");
        f.requiredText("amount");
        f.text("auth_2fa_code");
        result.put("id", 7)
                .put("balance", "76.53154234")
                .put("confirm_type", "email")
                .put("hash", from);
    }

    private static void transactions(Fields f, ObjectNode result) {
        f.requiredInteger("max_count");
        result.putObject("summary").put("last_stamp", NOW).put("total", 180);
        result.putArray("transactions").addObject().put("id", 1918).put("status", "moderate");
    }

    private static void convert(Fields f, ObjectNode result) {
        f.requiredText("amount");
        f.requiredText("from_currency");
        f.requiredText("to_currency");
        result.put("status", "ok");
    }
}
