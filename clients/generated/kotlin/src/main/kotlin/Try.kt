import java.util.UUID
import posterr.apis.AccountsApi
import posterr.apis.FollowsApi
import posterr.apis.PostsApi
import posterr.apis.TimelinesApi
import posterr.infrastructure.ApiClient
import posterr.infrastructure.ClientError
import posterr.infrastructure.ClientException
import posterr.infrastructure.Serializer
import posterr.models.Problem
import posterr.models.ProblemCode
import posterr.models.RegisterBody
import posterr.models.WritePostBody

val baseUrl: String = System.getenv("BASE_URL")

fun tokenOf(username: String): String =
    AccountsApi(baseUrl).register(RegisterBody(username = username, password = "correct horse")).tokens.accessToken

/** The client has one token for all that it sends. */
fun <T> with(token: String, ask: () -> T): T {
    ApiClient.accessToken = token
    return ask()
}

/** Two people, some posts, a timeline page by page, and a problem, by the client for Kotlin. */
fun main() {
    val name = "kt" + UUID.randomUUID().toString().take(8)
    val (ada, bob) = listOf("a", "b").map { tokenOf(name + it) }
    val posts = PostsApi(baseUrl)
    val published = with(ada) {
        (0..4).map { posts.publishPost(WritePostBody(text = "Post $it"), UUID.randomUUID().toString()).id }
    }
    val seen = with(bob) {
        FollowsApi(baseUrl).followUser(name + "a")
        val seen = mutableListOf<UUID>()
        var cursor: String? = null
        do {
            val page = TimelinesApi(baseUrl).readFollowing(limit = 2, cursor = cursor)
            seen += page.items.map { it.id }
            cursor = page.page.next
        } while (cursor != null)
        seen
    }
    check(seen.reversed() == published) { "published $published, but seen $seen" }
    check(posts.getPosts(published.take(3)).items.size == 3) { "three were asked for" }

    try {
        with(ada) { posts.publishPost(WritePostBody(text = "x".repeat(778))) }
        error("A text that is too long was taken.")
    } catch (refusal: ClientException) {
        val body = (refusal.response as ClientError<*>).body as String
        val problem = Serializer.moshi.adapter(Problem::class.java).fromJson(body)!!
        check(refusal.statusCode == 422 && problem.code == ProblemCode.validationMinusFailed) { body }
        println("${seen.size} posts, and then: ${problem.code.value}")
    }
}
