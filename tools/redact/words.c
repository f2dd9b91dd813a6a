/* SPDX-License-Identifier: MIT */
/*
 * See words.h. A list begins and ends with a space, as each of its words does. Of what is said there are the
 * words of MIT Kerberos' messages and of gsstap's own.
 */
#include "tools/redact/words.h"

#include <string.h>

#define LONGEST 24

static const char known[] =
	" admin aes128 aes256 amd64 anon anonymous api app arcfour bash besteffort bin burstable "
	"cacheconf camellia128 camellia256 cbc ccache ccaches changepw cifs client clients cmac "
	"collection conf config containerd cts default deleted des des3 dev dfl dir dns docker "
	"enterprise epgm etc fd file file2 ftp gnu gss gssapi guaranteed hdfs hive hmac home host http "
	"https ietf imap imaps init inproc ipc jar js json k5login kadmin kafka kcm kdc kerberos "
	"keyring keytab keytabs kiprop krb5 krb5cc krbtgt kubelet kubepods ldap ldaps lib lib32 lib64 "
	"libexec libpod linux local localdomain localhost log lxc machine md5 media memfd memory mnt "
	"mongodb msft nfs none null opt params payload pcapng persistent pgm pid pipe pl pod pop "
	"postgres primary proc process py pyc rb rc4 rcache root run sbin scope self service session sh "
	"sha1 sha256 sha384 sha512 share shm sip slice smtp so sock socket srv srvtab system tcp thread "
	"tkt tmp trace udp urn user users usr uuid var vdso vmci vsock wellknown wrfile ws wss x86 "
	"xcacheconf xmpp yaml yarn yml zmq zookeeper ";
static const char said[] =
	" 10m a abandoned abort about absent absolute accelerate accept acceptable accepted acceptor "
	"accepts access accomplished acquire acquired action active ad add additional address "
	"addresses adds administrator adopt advancing aead aes af after again age agent ago ahead "
	"alias aligned alignment all allocate allocated allow allowable allowed allows alone already "
	"also alt alternative always among an anchor and anew announce announced anonymous another "
	"answer answered answers any anywhere ap apart api appears append application appropriate aqe "
	"arcfour are args argument arguments armor armored array as aside ask asked asking asks asn at "
	"atexit atfork attempt attempting attr attribute attributes attrs atype audit auth authdata "
	"authent authenticated authentication authenticator authorization authorize authtime available "
	"away back bad badly ban bank base based basetype be because become becomes been before began "
	"begin begins behalf behind being belong below beside besides big bin bind binding bindings "
	"binds bit bits block blocks body bol boolean "
	"boot both bound bounds brace brake brand broke broken "
	"buf buffer buffers buftype build built busy busybox but by byte bytes cache cached call "
	"callback called caller callers calling calls came camellia can cannot canonical canonicalize "
	"canonicalized capture captured carry cb cbbuffersize cbc cc ccache ccselect certificate "
	"cgroup challenge change changed changepw changes changing channel char character characters "
	"check checks checksum child choose chose cksum cksumsize cksumtype clear client clock close "
	"closed closer closing cmac cmdline cmp cnt cntype code collection column combination come "
	"coming command comment commit communicating compare comparison compile compiled complete "
	"completed complex component components compose composite compression compute conf "
	"confidentiality config configuration confine confined conflicts conn connect connected "
	"connecting connection connections connects const constant constrained constraints "
	"constructing contact contain container contains content contents context contexts continuing "
	"control conversation "
	"conversion convert converting cookie copy core corrupt corrupted could couldn count counted "
	"counter counts cover coverage cp create creating creation cred credential credentials credit "
	"creds critical cross crypto cryptosystem cryptotype cs cts ctx cur current curve cut daemon "
	"damaged data database date day days db dce dec decapsulate decide declaration decode decoded "
	"decoding decrypt decrypted def default defects definition delegate delegated delegation "
	"delete deleted denial denials denied denies deny deprecated depth derived des desc "
	"description descriptor desired destroy destroying destructors detached detected detection "
	"determine determined dev device dgram did didn different differs digest digital digits "
	"direction directory disabled disagree discard disconnect disk display dissector dk dlclose "
	"dlerror dlopen dlsym dlvsym dns do does doesn domain done doom double draft drop dropped "
	"drops dst dstctx due duplicate duration during dynamic dynamics each earlier early effective "
	"element elements elf else elsewhere eltinfo email empty enc encapsulate encoding encrypt "
	"encrypted encryption encrypts enctype enctypes end ended ending endpoint endpoints ends "
	"endtime enforce enforced engine enhanced enigma enter entered enters entries entry environ "
	"environment eoc eol equal errno error established establishment etype etypes event events "
	"every everybody except exchange exe exec execl execle execlp execs execute executed execv "
	"execve execveat execvp execvpe exist existing exists expectations expected expecting expire "
	"expired expires export exportable exported exports ext extended extension extent externalize "
	"externalname extra exts f fa facts fail failed fails failure failures fallback falls families "
	"family fast fct fetch fetched fexecve field fields file filename files fill filler filter "
	"filtering final find finish first fit fits flag flags fn fno follow followed following "
	"follows followup for forbidden forbids force forget form format formats formatted forms "
	"forward forwardable found frame framed frames free freed from front ftable ftls fulfill full "
	"fully function functions fx gains gave generated generating generation generic get "
	"getaddrinfo getenv getpid getsockopt gettime getting gic give given gives glibc glob global "
	"gmtime gnu go goes gone good got granted granting great greeting group groups gss gssapi "
	"gsstap had half handed handle handled handler handles handshake handshakes hangs harmless has "
	"hash hashed hashes hashsize have having hd head header headers held hello here hex hexdata "
	"hidden high hint hmac hmacsize hold holder holds hook host hostbased hostname hostrealm hot "
	"hour how http https hw i iakerb ice icv id identified identifier identity idle ignore ignored "
	"ignores ignoring illegal image impersonate impersonator implementation implemented import "
	"imported imports improper in inaccessible inappropriate include included incompatible "
	"incomplete inconsistent incorrect indefinite indicate ineligible info information init "
	"initial initialization initialize initialized initializing initiate initiated initiating "
	"initiator inject injected injects inproc input inputs inquire ins inside install instance "
	"instead instruction insufficient int integer integrity interface intermediate internal "
	"internalize interpreter interpreters interrupted into invalid io iov ip ipc is isn it item iter "
	"iterate iteration iterator iterators its itself judge judged judges jumped kcm kdb kdc kdf keep "
	"keeps kept kerberos kerberosf kernel kerr key keyblock keyed keynum keypair keyring keys kick "
	"keytab keyword keywords kg kill kills kind know known krb kvno lacks lanes language large "
	"larger last late later lay ld leak leaking learn least leave leaves left len length lenstr "
	"lent less let lets level levels lib libc libgssapi libgsstap libraries library libzmq life "
	"lifetime like likely limit line lines link linked linux list listed listener lists literal "
	"little ll lname load loaded loader loading loadptr local localauth localhost localname lock locked "
	"locks log logic long longer look looked lookup loopback looping lost lu lucid mac mach "
	"machine made magic major make makes malformed malloc many map mapped mapping marks mask "
	"master match matched matches matching max maximum maxmsgsize may mech mechanism mechanisms "
	"mecherror mechglue mechs meets member memory mended message messages method mi mic microsoft "
	"middle migrate migration min minor miscellaneous mismatch missing mit mk mmap mn mode model "
	"modes modified modify modreq module moment monitor more most move moves moving ms msg much "
	"multiple must mutex mutual mutually name named names nameset namespace nblocks nbytes need "
	"needed needs neg negative negoex negotiable negotiate negotiated negotiates negotiation "
	"neither nested net network never new newcomer newcomers next nh no nobody node nofast non "
	"nonce nondigits none nonempty nonexistent nor nore not note notes nothing now nrealms nsearch "
	"nsg nt null nullterm num number numbers numeric object objects obsolete obtain obtained of "
	"off offered offers offpath offset often oid ok old older om omitted on once one ones only open "
	"opened opens operation ops opt optimistic option options or order origin os other others "
	"otherwise otp our ours out outcome outer output outside over own owned owner pa pac packet "
	"padata padded padding padlen padlength page pages pair parameter parameters params parent "
	"parity parse part parts pass passed passes passwd password passwords past path pathways "
	"pattern patterns patype patypes payload peer peers per perfect perform period permission "
	"permissions permitted persistent pext pf phase phdr "
	"phrase pid piece pieces pin place places plain "
	"plaintext please plt plugin pname point pointer pointers pol policies policy poll popen port "
	"pos posix post postdating pp ppid pragma prctl pre preamble preauth preauthenticating "
	"preauthentication predicted prefetch preload preparing presence present previous prf primary "
	"princ principal principals print prior priv private privileges privsvr proc process processed "
	"processing produced profile program properly protected protection protects proto protocol "
	"proved provide provided provider proxy pseudo pthread ptr ptrinfo public purpose put pwd "
	"python qop quality query queue quiet quota raddr ran random raw rc rcache rd rdtsc re reach "
	"reached read reads ready real realm reason reasons received receiving reconnect record "
	"recorded recorder records recovering recv recvmsg redirected ref reference referenced "
	"references referral referrals reflected refusal refuse refused refuses registered rejected "
	"rejects relation relative release released remaining remote remove removed removing renew "
	"renewed reopened rep repair repaired repairs repeated replaced replay replayed reply report "
	"reported reports representation req request requested requesting require required requires "
	"res reserved reset resolve resolving respond responding response rest restored result ret "
	"retrieving retry retrying return returned revocation revoked right role roles roll room root "
	"rotate round rounds router routine routing row rpc rrc rule rules run runs s s4u safe said "
	"salt same sandbox saslname saw say says sc scheme schemes scope script seal sec seccomp "
	"second seconds secret section sections secure secured security see seen sees select selected "
	"self send sendauth sending sendmsg sends senseless sent seq seqnum sequence served server "
	"servers serves service services session set sets setsockopt setting settings settle settled "
	"sha shallow share shared shell shim short should show shutdown sid sided sides sign signal "
	"signals signature signed silent simple size sizeof sizes skew slash slot slots smtp sname "
	"sndbuf socket sockets some somebody something soname soon source space spawn speaks specific "
	"specified specifier specify spite spnego spoken src srv stack stale stand stands start "
	"started starting starttime state status stays step still stop stopped stops storage store "
	"stored stores storeptr storing str strcmp stream streams strict string strings strip struct "
	"structure structures stub stubs style subject subkey subscription subscriptions subsidiary "
	"success successfully such suitable supplementary supplied supply support supported supports "
	"symbol symbols syntax syscall system systemd t table tables tag tail tailq take taken takes "
	"talked talks tap target tcp tell tells template temporary term terminating test text texts "
	"tgs tgsreq tgt than that the theirs them there they this those thread threads through ti "
	"ticket tickets ticks tid tie ties till time timeout times timestamp tinfo tipc tkt tls tmp to "
	"together toh tok token tokens tokensize toktype told too top topic topics trace tracing "
	"traditional traffic trailer trailerlen transited translation transport transports tried tries "
	"triple trusted try tryagain trying turn turned turns twice two txt type types ub ubh udp uid "
	"ulimit unable unauthenticated unavailable unbind undefined under undone unexpected "
	"unexpectedly unfinished unique unknown unlock unprotected unrecognized unseal unsecured "
	"unsigned unspec unspecified unstable unsupported until unverified unwind unwrap unwrapped up "
	"update upgrading upn uri us usage use used user username userok using usr utf utility uvh "
	"valid validation validity value values variable variables ve verdict verification verify "
	"version versioned versions via violated vmci vno volatile vsock vtable wait waited waits "
	"wakes walk want wanted wants warn warning was watch watched watches way weak went were what "
	"whatever when where whether which while who whole whose why wildcard windows wiped with "
	"within without word words work works would wrap wrapped wrapper wrapping wraps write writer "
	"writing written wrong wss xh yes yet yielded you your zap zero zerofill zeromq zeros zmq zmtp ";

static bool holds(const char *list, size_t size, const char *word, size_t length)
{
	char key[LONGEST + 2];

	if (length > LONGEST || memchr(word, ' ', length))
		return false;
	key[0] = key[length + 1] = ' ';
	memcpy(key + 1, word, length);
	return memmem(list, size, key, length + 2);
}

bool words_known(const char *word, size_t length)
{
	return holds(known, sizeof(known) - 1, word, length);
}

bool words_said(const char *word, size_t length)
{
	return holds(said, sizeof(said) - 1, word, length);
}
