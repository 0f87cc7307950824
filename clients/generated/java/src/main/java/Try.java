import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import posterr.ApiClient;
import posterr.ApiException;
import posterr.api.AccountsApi;
import posterr.api.FollowsApi;
import posterr.api.PostsApi;
import posterr.api.TimelinesApi;
import posterr.model.Problem;
import posterr.model.ProblemCode;
import posterr.model.RegisterBody;
import posterr.model.WritePostBody;

/** Two people, some posts, a timeline page by page, and a problem, by the client for Java. */
public class Try {
  static ApiClient client() {
    var client = new ApiClient();
    client.updateBaseUri(System.getenv("BASE_URL"));
    return client;
  }

  static ApiClient registered(String username) throws ApiException {
    var body = new RegisterBody().username(username).password("correct horse");
    var token = new AccountsApi(client()).register(body).getTokens().getAccessToken();
    return client().setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
  }

  static void check(boolean holds, String what) {
    if (!holds) throw new IllegalStateException(what);
  }

  public static void main(String[] arguments) throws Exception {
    var name = "java" + UUID.randomUUID().toString().substring(0, 8);
    var ada = new PostsApi(registered(name + "a"));
    var bob = registered(name + "b");
    List<UUID> published = new ArrayList<>();
    for (int n = 0; n < 5; n += 1) {
      var body = new WritePostBody().text("Post " + n);
      published.add(ada.publishPost(body, UUID.randomUUID().toString()).getId());
    }
    new FollowsApi(bob).followUser(name + "a");

    List<UUID> seen = new ArrayList<>();
    String cursor = null;
    do {
      var page = new TimelinesApi(bob).readFollowing(2, cursor, null, null);
      page.getItems().forEach(post -> seen.add(post.getId()));
      cursor = page.getPage().getNext();
    } while (cursor != null);
    Collections.reverse(seen);
    check(seen.equals(published), "published " + published + ", but seen " + seen);
    check(new PostsApi(bob).getPosts(published.subList(0, 3)).getItems().size() == 3, "three were asked for");

    try {
      ada.publishPost(new WritePostBody().text("x".repeat(778)), null);
      throw new IllegalStateException("A text that is too long was taken.");
    } catch (ApiException refusal) {
      var problem = ApiClient.createDefaultObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
      check(refusal.getCode() == 422 && problem.getCode() == ProblemCode.VALIDATION_FAILED, refusal.getMessage());
      System.out.println(seen.size() + " posts, and then: " + problem.getCode());
    }
  }
}
