// C#: what must be found in it
using Com.Example.Tools; //? from Com.Example.Tools import *
using static Com.Example.Math; //? from Com.Example.Math import *
using Alias = Com.Example.Thing; //? import Com.Example.Thing as Alias

namespace Com.Example.App //? bind package package Com.Example.App
{
    /// <summary>Serves.</summary>
    [Component(Name = NAME)]
        //? def class Server; doc <summary>Serves.</summary>; use Component in Server; use NAME in Server
    public partial class Server<T> : Base<T>, IRunner, Model.ICloser<T> where T : Thing
        //? inherit Base in Server; inherit IRunner in Server; inherit Model.ICloser in Server; use Base in Server; use T in Server; use Thing in Server
    {
        public const int MAX = 10; //? def constant Server.MAX
        private static readonly Log _log = Log.Make(MAX);
            //? def constant Server._log; bind _log annotation Log in Server; call Log.Make in Server._log; use Log in Server._log; use MAX in Server._log
        private Client client = new Client(), other;
            //? bind client annotation Client in Server; bind other annotation Client in Server; call Client in Server; use Client in Server
        public string Url { get; set; } = Make(); //? def variable Server.Url; call Make in Server.Url
        public Client Current => this.client;
            //? def method Server.Current; bind Current annotation Client in Server; use Client in Server.Current; use this.client in Server.Current
        public Client Checked { get { return Check(client); } set { client = value; } }
            //? def method Server.Checked; bind Checked annotation Client in Server; call Check in Server.Checked; use Client in Server.Checked; use client in Server.Checked; use value in Server.Checked
        public event EventHandler Changed;
            //? def variable Server.Changed; bind Changed annotation EventHandler in Server; use EventHandler in Server.Changed
        public delegate void Handler(object sender); //? def type Server.Handler

        public Server(string url, Client client) : base(url)
            //? def method Server.Server; bind client annotation Client in Server.Server; call base in Server.Server; use Client in Server.Server
        {
            this.client = client;
        }

        /// <summary>Runs.</summary>
        public override async Task<List<T>> Run(Request request, params int[] counts)
            //? def method Server.Run; doc <summary>Runs.</summary>; bind request annotation Request in Server.Run; bind return annotation Task<List<T>> in Server.Run; use Request in Server.Run; use T in Server.Run
        {
            client.Get(request); //? call client.Get in Server.Run
            this.client.Open().Read(MAX);
                //? call this.client.Open in Server.Run; call this.client.Open().Read in Server.Run; use MAX in Server.Run
            base.Run(request); //? call base.Run in Server.Run
            var item = new Model.Item<T>(1) { Size = helper };
                //? bind item call Model.Item in Server.Run; call Model.Item in Server.Run; use helper in Server.Run
            var opened = client.Open(); //? bind opened call client.Open in Server.Run; call client.Open in Server.Run
            var waited = await client.Wait();
                //? bind waited call client.Wait in Server.Run; call client.Wait in Server.Run
            var kept = client; //? bind kept alias client in Server.Run; use client in Server.Run
            var some = request as Special; //? bind some annotation Special in Server.Run; use Special in Server.Run
            Client c = new(); //? bind c annotation Client in Server.Run; use Client in Server.Run
            foreach (Item one in items) one.Stop();
                //? bind one annotation Item in Server.Run; call one.Stop in Server.Run; use Item in Server.Run
            items.Select(x => x.Close()).Where(IsGood).ToList<int>();
                //? call ?.Close in Server.Run; call items.Select in Server.Run; call items.Select().Where in Server.Run; call items.Select().Where().ToList in Server.Run; use IsGood in Server.Run
            try { Risky(); } catch (Failure e) { e.Print(); }
                //? bind e annotation Failure in Server.Run; call Risky in Server.Run; call e.Print in Server.Run; use Failure in Server.Run
            if (level is Special special) special.Act(Level.High);
                //? bind special annotation Special in Server.Run; call special.Act in Server.Run; use Level.High in Server.Run
            if (d.TryGet(typeof(Key), out Client found)) found.Go();
                //? bind found annotation Client in Server.Run; call d.TryGet in Server.Run; call found.Go in Server.Run; use Key in Server.Run
            item?.Go()?.Next(); //? call item.Go in Server.Run; call item.Go().Next in Server.Run
            using (Reader r = Open()) { r.Read(); }
                //? bind r annotation Reader in Server.Run; call Open in Server.Run; call r.Read in Server.Run; use Reader in Server.Run
            int Local(Count a) { return Inner(a); }
                //? def function Server.Run.Local; bind a annotation Count in Server.Run.Local; call Inner in Server.Run.Local; use Count in Server.Run.Local
            Generic<Item>(1); //? call Generic in Server.Run
            Changed += OnChanged; //? use OnChanged in Server.Run
            return $"{Call(1)} {MAX}"; //? call Call in Server.Run
        }

        public int this[int i] { get { return Get(i); } } //? def method Server.this; call Get in Server.this
        int IRunner.Count() => Total(); //? def method Server.Count; call Total in Server.Count
        enum Level { Low, High = 2 }
            //? def constant Server.Level.High; def constant Server.Level.Low; def enum Server.Level
        struct P { } //? def struct Server.P
        interface IInner { void M(Key k); Client Prop { get; } }
            //? def interface Server.IInner; def method Server.IInner.M; def variable Server.IInner.Prop; bind Prop annotation Client in Server.IInner; bind k annotation Key in Server.IInner.M; use Client in Server.IInner.Prop; use Key in Server.IInner.M
    }

    public record Point(int X, Unit Unit) : Shape(X), IThing;
        //? def class Point; inherit IThing in Point; inherit Shape in Point; bind Unit annotation Unit in Point; use Unit in Point; use X in Point
    static class Extensions { public static int Shout(this Server s, int n) => s.Up(n); }
        //? def class Extensions; def method Extensions.Shout; bind s annotation Server in Extensions.Shout; bind this annotation Server in Extensions.Shout; call s.Up in Extensions.Shout; use Server in Extensions.Shout
    public class Primary(Client client) : Base(client) { void F() => client.Go(); }
        //? def class Primary; def method Primary.F; inherit Base in Primary; bind client annotation Client in Primary; call client.Go in Primary.F; use Client in Primary; use client in Primary
}
