package io.narthex.sources.discovery;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.util.NetUtil;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A name server on this machine, by UDP and TCP; names that it does not have do not exist. */
final class NameServer implements AutoCloseable {
  /** What is answered to the questions of a name and type. */
  record Reply(DnsResponseCode code, List<Data> records, boolean cutByUdp, boolean silent) {
    static Reply of(Data... records) {
      return new Reply(DnsResponseCode.NOERROR, List.of(records), false, false);
    }

    static Reply error(DnsResponseCode code) {
      return new Reply(code, List.of(), false, false);
    }

    static Reply silence() {
      return new Reply(DnsResponseCode.NOERROR, List.of(), false, true);
    }

    static Reply cutByUdp(Data... records) {
      return new Reply(DnsResponseCode.NOERROR, List.of(records), true, false);
    }
  }

  /** A record's type and bytes. */
  record Data(DnsRecordType type, ByteBuf content) {
    static Data address(DnsRecordType type, String ip) {
      return new Data(type, Unpooled.wrappedBuffer(NetUtil.createByteArrayFromIpAddressString(ip)));
    }

    static Data srv(int port, String target) {
      var head = Unpooled.buffer().writeShort(10).writeShort(5).writeShort(port);
      return new Data(DnsRecordType.SRV, head.writeBytes(name(target)));
    }

    static Data mx(String target) {
      return new Data(DnsRecordType.MX, Unpooled.buffer().writeShort(10).writeBytes(name(target)));
    }

    /** A host in the domain that is asked for, which is written as a pointer to the question. */
    static Data mxInQuestion(String host) {
      var label = name(host);
      var head = Unpooled.buffer().writeShort(10).writeBytes(label, label.readableBytes() - 1);
      return new Data(DnsRecordType.MX, head.writeShort(0xC00C));
    }

    static Data named(DnsRecordType type, String target) {
      return new Data(type, name(target));
    }

    private static ByteBuf name(String name) {
      var bytes = Unpooled.buffer();
      for (String label : name.split("\\.")) {
        bytes.writeByte(label.length()).writeCharSequence(label, StandardCharsets.US_ASCII);
      }
      return bytes.writeByte(0);
    }
  }

  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final InetSocketAddress address;

  NameServer() throws Exception {
    address = bind();
  }

  /** The same port for both; another one if TCP's is taken. */
  private InetSocketAddress bind() throws Exception {
    while (true) {
      var udp = udp();
      var free = (InetSocketAddress) udp.localAddress();
      try {
        tcp(free);
        return free;
      } catch (Exception e) {
        udp.close().sync();
        if (!(e instanceof BindException)) {
          throw e;
        }
      }
    }
  }

  private Channel udp() throws InterruptedException {
    var handler =
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(
                    new DatagramDnsQueryDecoder(),
                    new DatagramDnsResponseEncoder(),
                    new SimpleChannelInboundHandler<DatagramDnsQuery>() {
                      @Override
                      protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery q) {
                        answer(
                            ctx,
                            q.recordAt(DnsSection.QUESTION),
                            new DatagramDnsResponse(q.recipient(), q.sender(), q.id()),
                            true);
                      }
                    });
          }
        };
    return new Bootstrap()
        .group(loops)
        .channel(NioDatagramChannel.class)
        .handler(handler)
        .bind(InetAddress.getLoopbackAddress(), 0)
        .sync()
        .channel();
  }

  private void tcp(InetSocketAddress at) throws InterruptedException {
    var handler =
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(
                    new TcpDnsQueryDecoder(),
                    new TcpDnsResponseEncoder(),
                    new SimpleChannelInboundHandler<DefaultDnsQuery>() {
                      @Override
                      protected void channelRead0(ChannelHandlerContext ctx, DefaultDnsQuery q) {
                        answer(
                            ctx,
                            q.recordAt(DnsSection.QUESTION),
                            new DefaultDnsResponse(q.id()),
                            false);
                      }
                    });
          }
        };
    new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .childHandler(handler)
        .bind(at)
        .sync();
  }

  private void answer(
      ChannelHandlerContext ctx, DnsQuestion question, DnsResponse response, boolean udp) {
    String key = question.type().name() + " " + question.name();
    asked.add((udp ? "udp " : "tcp ") + key);
    var reply = replies.getOrDefault(key, Reply.error(DnsResponseCode.NXDOMAIN));
    if (reply.silent()) {
      response.release();
      return;
    }
    response.setCode(reply.code());
    response.addRecord(DnsSection.QUESTION, question);
    if (udp && reply.cutByUdp()) {
      response.setTruncated(true);
    } else {
      for (var data : reply.records()) {
        response.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(question.name(), data.type(), 60, data.content().copy()));
      }
    }
    ctx.writeAndFlush(response);
  }

  InetSocketAddress address() {
    return address;
  }

  /** What is answered from now on; {@code question} is the type and the full name. */
  void reply(String question, Reply reply) {
    replies.put(question, reply);
  }

  /** All questions so far, each with its transport. */
  List<String> asked() {
    return asked;
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
