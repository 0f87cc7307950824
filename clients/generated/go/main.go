// Two people, some posts, a timeline page by page, and a problem, by the client for Go.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	posterr "github.com/posterr/posterr-go"
)

var client = newClient()

func newClient() *posterr.APIClient {
	configuration := posterr.NewConfiguration()
	configuration.Servers = posterr.ServerConfigurations{{URL: os.Getenv("BASE_URL")}}
	return posterr.NewAPIClient(configuration)
}

func must[T any](value T, _ any, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func registered(username string) context.Context {
	body := posterr.NewRegisterBody(username, "correct horse")
	session := must(client.AccountsAPI.Register(context.Background()).RegisterBody(*body).Execute())
	return context.WithValue(context.Background(), posterr.ContextAccessToken, session.Tokens.AccessToken)
}

func main() {
	name := fmt.Sprintf("go%d", rand.Uint32())
	ada, bob := registered(name+"a"), registered(name+"b")
	var published []string
	for n := range 5 {
		body := *posterr.NewWritePostBody(fmt.Sprintf("Post %d", n))
		key := fmt.Sprintf("%s-%d", name, n)
		post := must(client.PostsAPI.PublishPost(ada).WritePostBody(body).IdempotencyKey(key).Execute())
		published = append(published, post.Id)
	}
	must(client.FollowsAPI.FollowUser(bob, name+"a").Execute())

	var seen []string
	next := client.TimelinesAPI.ReadFollowing(bob).Limit(2)
	for {
		page := must(next.Execute())
		for _, post := range page.Items {
			seen = append(seen, post.Id)
		}
		if !page.Page.HasNext() {
			break
		}
		next = next.Cursor(page.Page.GetNext())
	}
	slices.Reverse(seen)
	if !slices.Equal(seen, published) {
		log.Fatalf("published %v, but seen %v", published, seen)
	}
	several := must(client.PostsAPI.GetPosts(bob).Ids(published[:3]).Execute())
	if len(several.Items) != 3 {
		log.Fatalf("asked for three, and got %d", len(several.Items))
	}

	tooLong := *posterr.NewWritePostBody(strings.Repeat("x", 778))
	_, _, err := client.PostsAPI.PublishPost(ada).WritePostBody(tooLong).Execute()
	var refusal *posterr.GenericOpenAPIError
	if !errors.As(err, &refusal) {
		log.Fatalf("a text that is too long: %v", err)
	}
	problem, isProblem := refusal.Model().(posterr.Problem)
	if !isProblem || problem.Code != posterr.PROBLEMCODE_VALIDATION_FAILED {
		log.Fatalf("another problem: %v", refusal)
	}
	fmt.Printf("%d posts, and then: %s\n", len(seen), problem.Code)
}
