"""Two people, some posts, a timeline page by page, and a problem, by the client for Python."""

import os
import uuid

import posterr

host = os.environ["BASE_URL"]
names = [uuid.uuid4().hex[:14] for _ in range(2)]
anonymous = posterr.ApiClient(posterr.Configuration(host=host))


def registered(username: str) -> posterr.ApiClient:
    body = posterr.RegisterBody(username=username, password="correct horse")
    session = posterr.AccountsApi(anonymous).register(body)
    return posterr.ApiClient(posterr.Configuration(host=host, access_token=session.tokens.access_token))


ada, bob = map(registered, names)
posts = posterr.PostsApi(ada)
published = [
    posts.publish_post(posterr.WritePostBody(text=f"Post {n}"), idempotency_key=str(uuid.uuid4())).id
    for n in range(5)
]
posterr.FollowsApi(bob).follow_user(names[0])

timelines = posterr.TimelinesApi(bob)
seen, cursor = [], None
while True:
    page = timelines.read_following(limit=2, cursor=cursor)
    seen += [post.id for post in page.items]
    cursor = page.page.next
    if cursor is None:
        break
assert seen == published[::-1], seen

several = posterr.PostsApi(bob).get_posts(ids=published[:3])
assert [post.id for post in several.items] == published[:3]

try:
    posts.publish_post(posterr.WritePostBody.model_construct(text="x" * 778))
except posterr.ApiException as refusal:
    problem = posterr.Problem.from_json(refusal.body)
    assert refusal.status == 422 and problem.code == posterr.ProblemCode.VALIDATION_MINUS_FAILED
    print(f"{len(seen)} posts, and then: {problem.code.value}")
else:
    raise SystemExit("A text that is too long was taken.")
